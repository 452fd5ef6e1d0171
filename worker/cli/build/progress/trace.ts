import type {
  SolveLog,
  SolveProgress,
  SolveStatus,
  SolveVertex,
  SolveWarning,
} from '../../../protocol/engine-api.ts';

/** A line that a step has written, and when, in seconds since the step began. */
export interface TracedLine {
  readonly seconds: number;
  readonly text: string;
}

/** What is known of a step. */
export interface TracedVertex {
  vertex: SolveVertex;
  /** In the order in which they were first heard of. */
  readonly statuses: Map<string, SolveProgress>;
  /** Whole lines. */
  readonly lines: TracedLine[];
  /** What stands after the last one. */
  partial: string;
  readonly warnings: SolveWarning[];
}

/** All that a build has said so far. */
export class Trace {
  readonly vertexes = new Map<string, TracedVertex>();
  readonly warnings: SolveWarning[] = [];
  readonly #decoders = new Map<string, TextDecoder>();

  /** The steps that something was said of. */
  take({ vertexes = [], statuses = [], logs = [], warnings = [] }: SolveStatus): TracedVertex[] {
    const touched = new Set<TracedVertex>();
    for (const vertex of vertexes) touched.add(this.#vertex(vertex));
    for (const status of statuses)
      touch(touched, this.vertexes.get(status.vertex), ({ statuses: all }) => all.set(status.id, status));
    for (const log of logs) touch(touched, this.vertexes.get(log.vertex), (traced) => this.#log(traced, log));
    for (const warning of warnings) {
      this.warnings.push(warning);
      touch(touched, this.vertexes.get(warning.vertex), (traced) => traced.warnings.push(warning));
    }
    return [...touched];
  }

  /** Counted as in the display's first line. */
  get counts(): { completed: number; total: number } {
    const all = [...this.vertexes.values()];
    return { completed: all.filter(isCompleted).length, total: all.length };
  }

  #vertex(vertex: SolveVertex): TracedVertex {
    const known = this.vertexes.get(vertex.digest);
    if (known === undefined) {
      const traced: TracedVertex = { vertex, statuses: new Map(), lines: [], partial: '', warnings: [] };
      this.vertexes.set(vertex.digest, traced);
      return traced;
    }
    known.vertex = vertex;
    return known;
  }

  #log(traced: TracedVertex, { vertex, stream, data, timestamp }: SolveLog): void {
    const key = `${vertex} ${stream}`;
    const decoder = this.#decoders.get(key) ?? new TextDecoder();
    this.#decoders.set(key, decoder);
    const text = traced.partial + decoder.decode(data, { stream: true });
    const lines = text.split('\n');
    traced.partial = lines.pop() ?? '';
    const seconds = (timestamp - (traced.vertex.started ?? timestamp)) / 1000;
    traced.lines.push(...lines.map((line) => ({ seconds, text: line.replace(/\r$/, '') })));
  }
}

function touch(
  touched: Set<TracedVertex>,
  traced: TracedVertex | undefined,
  change: (traced: TracedVertex) => void,
): void {
  if (traced === undefined) return;
  change(traced);
  touched.add(traced);
}

export function isCompleted({ vertex }: TracedVertex): boolean {
  return vertex.completed !== undefined;
}

export function isStarted({ vertex }: TracedVertex): boolean {
  return vertex.started !== undefined;
}

/** How far something has come: ` 305B 0.1s done`. */
export function statusText({ current, total, timestamp, started, completed }: SolveProgress): string {
  const bytes = total
    ? ` ${bytesText(current)} / ${bytesText(total)}`
    : current > 0
      ? ` ${bytesText(current)}`
      : '';
  const seconds = ((completed ?? timestamp) - started) / 1000;
  const time = seconds > 0.01 ? ` ${seconds.toFixed(1)}s` : '';
  return bytes + time + (completed === undefined ? '' : ' done');
}

/** `833B`, `1.20kB`: two digits after the point from kilobytes on. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${bytes}B` : `${size.toFixed(2)}${units[unit]}`;
}
