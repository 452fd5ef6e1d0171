import { StatusError } from './errors.ts';
import { parseDuration } from '../go/duration.ts';

/**
 * A point in time as the engine takes it, in seconds: of a number of those, a time of RFC 3339 or part of one, or how
 * long ago it was. `name` is the flag's, where the message is to name it. @throws StatusError
 */
export function timestamp(name: string | undefined, text: string, now = Date.now()): string {
  if (/^\d+(\.\d+)?$/.test(text)) return text;
  const length = duration(text);
  const time = length === undefined ? parseTime(text) : now - length / 1e6;
  if (time === undefined) {
    const why = `failed to parse value as time or duration: ${JSON.stringify(text)}`;
    throw new StatusError(1, name === undefined ? why : `invalid value for ${JSON.stringify(name)}: ${why}`);
  }
  const seconds = Math.floor(time / 1000);
  return `${seconds}.${fraction(text, time - seconds * 1000)}`;
}

/** A time's own digits are kept: a Date has only three of them. */
function fraction(text: string, milliseconds: number): string {
  const digits = /:\d\d\.(\d{1,9})/.exec(text)?.[1] ?? String(Math.trunc(milliseconds)).padStart(3, '0');
  return digits.padEnd(9, '0');
}

const form = /^\d{4}-\d\d-\d\d(?:T\d\d(?::\d\d(?::\d\d(?:\.\d{1,9})?)?)?)?(?:Z|[+-]\d\d:\d\d)?$/;

function parseTime(text: string): number | undefined {
  if (!form.test(text)) return undefined;
  const [, day = '', clock = '', zone = 'Z'] =
    /^([\d-]{10})(?:T([\d:.]*))?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const [hours = '00', minutes = '00', seconds = '00'] = clock === '' ? [] : clock.split(':');
  const time = Date.parse(`${day}T${hours}:${minutes}:${seconds.slice(0, 6)}${zone}`);
  return Number.isNaN(time) ? undefined : time;
}

/** Nanoseconds; undefined when it is none. */
function duration(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}
