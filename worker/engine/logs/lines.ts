import type { OutputChunk } from '../../protocol/engine-api.ts';
import type { LogRecord } from './store.ts';
import { concat } from '../../oci/bytes.ts';

const newline = 10;

/** Docker cuts lines that are longer than this. https://github.com/moby/moby/blob/v28.5.2/daemon/logger/copier.go */
const longestLine = 16 * 1024;

/**
 * Makes records of whole lines out of records as they were written, as the json-file driver stores them: a line counts
 * when it is whole, at the time of its end, and the two streams do not mix within one. Pieces of long lines come alone.
 */
export class LineJoiner {
  readonly #partial: Record<OutputChunk['stream'], Partial> = {
    stdout: new Partial(),
    stderr: new Partial(),
  };

  /** What is whole with this record, which is everything when it is the end of a run. */
  push(record: LogRecord): LogRecord[] {
    if (record.bytes.length === 0) return this.flush();
    const partial = this.#partial[record.stream];
    const end = record.bytes.lastIndexOf(newline) + 1;
    const whole = end > 0 ? cutLines(partial.take(record.bytes.subarray(0, end))) : [];
    partial.add(record.bytes.subarray(end), record.time);
    return [...whole, ...partial.overflow()].map((bytes) => ({ ...record, bytes }));
  }

  /** What has no newline, and will not have one. */
  flush(): LogRecord[] {
    return (['stdout', 'stderr'] as const)
      .filter((stream) => this.#partial[stream].length > 0)
      .map((stream) => ({
        stream,
        time: this.#partial[stream].time,
        bytes: this.#partial[stream].take(empty),
      }));
  }
}

/** Long lines in pieces, and everything between them together. */
function cutLines(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(newline, start) + 1;
    if (end - start > longestLine) {
      if (start > from) pieces.push(bytes.subarray(from, start));
      for (let at = start; at < end; at += longestLine)
        pieces.push(bytes.subarray(at, Math.min(end, at + longestLine)));
      from = end;
    }
    start = end;
  }
  if (from < bytes.length) pieces.push(bytes.subarray(from));
  return pieces;
}

/** How many lines the bytes hold; one without its newline at the end counts. */
export function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) count += 1;
  return bytes.length > 0 && bytes.at(-1) !== newline ? count + 1 : count;
}

/** The bytes without their first lines. */
export function skipLines(bytes: Uint8Array, lines: number): Uint8Array {
  let start = 0;
  for (let skipped = 0; skipped < lines; skipped += 1) {
    const end = bytes.indexOf(newline, start);
    if (end < 0) return empty;
    start = end + 1;
  }
  return bytes.subarray(start);
}

/** The bytes with a text before every line. */
export function prefixLines(bytes: Uint8Array, prefix: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found + 1;
    pieces.push(prefix, bytes.subarray(start, end));
    start = end;
  }
  return concat(pieces);
}

const empty = new Uint8Array(0);

/** The beginning of a line whose end has not come yet. */
class Partial {
  readonly #pieces: Uint8Array[] = [];
  length = 0;
  time = 0;

  add(bytes: Uint8Array, time: number): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.length += bytes.length;
    this.time = time;
  }

  /** Takes as much as Docker would not keep waiting for the line's end. */
  overflow(): Uint8Array[] {
    if (this.length < longestLine) return [];
    const bytes = this.take(empty);
    const end = bytes.length - (bytes.length % longestLine);
    this.add(bytes.subarray(end), this.time);
    const count = end / longestLine;
    return Array.from({ length: count }, (_, i) => bytes.subarray(i * longestLine, (i + 1) * longestLine));
  }

  take(tail: Uint8Array): Uint8Array {
    if (this.length === 0) return tail;
    const bytes = concat([...this.#pieces, tail]);
    this.#pieces.length = 0;
    this.length = 0;
    return bytes;
  }
}
