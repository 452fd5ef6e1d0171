import type { ProgressMessage } from '../../protocol/engine-api.ts';

/** A message with a bar, as dockerd sends it. */
export function progressMessage(id: string, status: string, current: number, total: number): ProgressMessage {
  return { status, progressDetail: { current, total }, progress: progressBar(current, total), id };
}

const largestStep = 512 * 1024;
/** Milliseconds between two messages. */
const interval = 100;

/**
 * Tells of progress as often as dockerd does: when a hundredth more has come, or half a MB, at most ten times a second, and of
 * the whole always. A total of -1 is not known.
 * https://github.com/moby/moby/blob/v28.5.2/pkg/progress/progressreader.go
 */
export function paced(
  total: number,
  tell: (current: number) => void,
  now: () => number = () => performance.now(),
): (current: number) => void {
  const step = total > 0 ? Math.min(Math.trunc(total / 100), largestStep) : largestStep;
  let [seen, told] = [0, -interval];
  return (current) => {
    if (current - seen <= step && current !== total) return;
    seen = current;
    if (current !== total && now() - told < interval) return;
    told = now();
    tell(current);
  };
}

/** Chunks as they are, whose bytes are counted as they pass by. */
export async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  count: (current: number) => void,
): AsyncGenerator<Uint8Array> {
  let current = 0;
  for await (const chunk of chunks) {
    count((current += chunk.length));
    yield chunk;
  }
}

/** https://github.com/moby/moby/blob/v28.5.2/pkg/jsonmessage/jsonmessage.go (JSONProgress.String) */
export function progressBar(current: number, total: number): string {
  if (total <= 0) return humanSize(current).padStart(8);
  const filled = Math.min(50, Math.trunc(Math.trunc((current / total) * 100) / 2));
  const bar = `[${'='.repeat(filled)}>${' '.repeat(50 - filled)}] `;
  return `${bar}${humanSize(current).padStart(8)}/${humanSize(total)}`;
}

/** Four significant digits and a decimal unit. */
export function humanSize(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1000 && unit < 5) {
    value /= 1000;
    unit += 1;
  }
  return `${Number(value.toPrecision(4))}${['B', 'kB', 'MB', 'GB', 'TB', 'PB'][unit]}`;
}
