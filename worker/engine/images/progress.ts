import type { ProgressMessage } from '../../protocol/engine-api.ts';

/** A message with a bar, as dockerd sends it. */
export function progressMessage(id: string, status: string, current: number, total: number): ProgressMessage {
  return { status, progressDetail: { current, total }, progress: progressBar(current, total), id };
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
