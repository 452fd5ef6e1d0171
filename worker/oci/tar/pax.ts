import { invalidHeader } from './errors.ts';
import { decodeText } from '../text.ts';

/**
 * The records of a PAX extended header, values as bytes since xattrs are. GNU's sparse format 0.0 repeats two keys, so
 * those are kept in their order as well.
 */
export interface PaxRecords {
  readonly values: ReadonlyMap<string, Uint8Array>;
  readonly sparse: readonly number[];
}

/**
 * Parses "%d %s=%s\n" records:
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html section "pax Extended Header".
 */
export function parsePax(data: Uint8Array): PaxRecords {
  const values = new Map<string, Uint8Array>();
  const sparse: number[] = [];
  for (let at = 0; at < data.length && data[at] !== 0;) {
    const { key, value, end } = record(data, at);
    if (isSparsePart(key)) sparse.push(paxNumber(value));
    else values.set(key, value);
    at = end;
  }
  return { values, sparse };
}

/** A value that must be a whole number of at least 0. */
export function paxNumber(value: Uint8Array): number {
  const text = decodeText(value);
  const number = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw invalidHeader('PAX: not a number');
  return number;
}

/** A value that must be a time: seconds with an optional fraction, negative before 1970. */
export function paxTime(value: Uint8Array): { seconds: number; nanoseconds: number } {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(decodeText(value));
  if (match === null) throw invalidHeader('PAX: not a time');
  const [, sign, whole, fraction = ''] = match;
  const seconds = Number(whole);
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, '0'));
  if (sign !== '-') return { seconds, nanoseconds };
  return nanoseconds === 0
    ? { seconds: 0 - seconds, nanoseconds }
    : { seconds: -1 - seconds, nanoseconds: 1e9 - nanoseconds };
}

/** A value that must be a path: no NUL in it. */
export function paxPath(value: Uint8Array): Uint8Array {
  if (value.includes(0)) throw invalidHeader('PAX: NUL in a path');
  return value;
}

function isSparsePart(key: string): boolean {
  return key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes';
}

const maxDigits = 8;

function record(data: Uint8Array, at: number): { key: string; value: Uint8Array; end: number } {
  const space = data.indexOf(0x20, at);
  if (space <= at || space - at > maxDigits) throw malformed();
  const end = at + paxNumber(data.subarray(at, space));
  const equals = data.indexOf(0x3d, space);
  if (end > data.length || data[end - 1] !== 0x0a || equals < 0 || equals >= end || equals === space + 1) {
    throw malformed();
  }
  return { key: decodeText(data, space + 1, equals), value: data.slice(equals + 1, end - 1), end };
}

function malformed(): Error {
  return invalidHeader('PAX: malformed record');
}
