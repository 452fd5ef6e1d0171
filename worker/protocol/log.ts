import { readU32, writeU32 } from './frame.ts';

/**
 * The log files of containers on the data disk: records one after the other, each what a process wrote at once, as it
 * wrote it. Little endian:
 *
 *     u32 length * 2, plus 1 for standard error   u32 seconds since 1970   u32 nanoseconds   the bytes
 *
 * A record without bytes says that a run has ended. Lines are found by whoever reads: the guest has no time for that.
 */
export const logHeaderSize = 12;

/** No record is longer than what goes through the channel at once. */
export const longestLogRecord = 64 * 1024;

export function writeLogHeader(
  header: Uint8Array,
  isError: boolean,
  length: number,
  seconds: number,
  nanoseconds: number,
): void {
  writeU32(header, 0, length * 2 + (isError ? 1 : 0));
  writeU32(header, 4, seconds);
  writeU32(header, 8, nanoseconds);
}

export interface LogHeader {
  readonly isError: boolean;
  readonly length: number;
  /** Milliseconds since 1970, with a fraction. */
  readonly time: number;
}

export function readLogHeader(bytes: Uint8Array, at: number): LogHeader {
  const packed = readU32(bytes, at);
  const time = readU32(bytes, at + 4) * 1000 + Math.floor(readU32(bytes, at + 8) / 1000) / 1000;
  return { isError: (packed & 1) === 1, length: packed >>> 1, time };
}
