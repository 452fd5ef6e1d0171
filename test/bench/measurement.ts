/** What one thing took, several times. */
export interface Measurement {
  /** Also what `compareTo` of others refers to. */
  name: string;
  unit: Unit;
  /** In the order they were taken. */
  samples: readonly number[];
  /** The median is to reach it: from below, or from above where more is better. */
  target?: number;
  /** The first of these measurements that is in the run is what the ratio refers to. */
  compareTo?: readonly string[];
}

/** Millions are powers of ten, as in the budgets. */
export type Unit = 'ms' | 'MB' | 'MB/s' | 'M instr.';

export interface Summary {
  median: number;
  min: number;
  p90: number;
  n: number;
}

/** A rank that lies between two samples takes the upper one, so that p90 of few samples is their worst. */
export function summarize(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: median(sorted), min: at(0), p90: at(0.9), n: sorted.length };
}

/** @returns whether the target is reached; undefined without one */
export function isReached({ unit, samples, target }: Measurement): boolean | undefined {
  if (target === undefined) return undefined;
  const { median } = summarize(samples);
  return unit === 'MB/s' ? median >= target : median <= target;
}

export async function repeat<T>(times: number, once: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let index = 0; index < times; index++) results.push(await once(index));
  return results;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
