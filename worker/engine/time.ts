import type { Instant } from './clock.ts';
import { internal } from './errors.ts';

/** Go's zero time, which Docker shows for "never". */
export const never = '0001-01-01T00:00:00Z';

/** Go's RFC3339Nano: nanoseconds without trailing zeros. */
export function formatTime(instant: Instant | undefined): string {
  if (instant === undefined) return never;
  const digits = nanoseconds(instant).replace(/0+$/, '');
  return `${seconds(instant)}${digits === '' ? '' : `.${digits}`}Z`;
}

/** As in logs, where all nine digits stay. */
export function formatLogTime(instant: Instant): string {
  return `${seconds(instant)}.${nanoseconds(instant)}Z`;
}

/**
 * The API's `since` and `until`: seconds since 1970, with a fraction. @returns nanoseconds
 * https://github.com/moby/moby/blob/v28.5.2/api/types/time/timestamp.go (ParseTimestamps)
 */
export function parseNanoseconds(text: string): bigint {
  const dot = text.indexOf('.');
  const seconds = parseInt64(dot < 0 ? text : text.slice(0, dot)) * 1_000_000_000n;
  if (dot < 0) return seconds;
  const fraction = text.slice(dot + 1);
  return seconds + BigInt(Math.trunc(Number(parseInt64(fraction)) * 10 ** (9 - fraction.length)));
}

/** As `parseNanoseconds`, where microseconds will do. */
export function parseTimestamp(text: string): Instant {
  return Number(parseNanoseconds(text)) / 1e6;
}

/** Docker does not tell this error from its own failures. */
function parseInt64(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text))
    throw internal(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = BigInt(text.replace('+', ''));
  if (BigInt.asIntN(64, value) !== value)
    throw internal(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  return value;
}

/** In nanoseconds; microseconds are what an instant carries. */
export function toNanoseconds(instant: Instant): bigint {
  return BigInt(Math.round(instant * 1000)) * 1000n;
}

/** Docker's words for a span of time. https://github.com/docker/go-units/blob/v0.5.0/duration.go */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  const minutes = Math.trunc(seconds / 60);
  const hours = Math.trunc(milliseconds / 3_600_000 + 0.5);
  if (seconds < 1) return 'Less than a second';
  if (seconds < 60) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  if (minutes < 60) return minutes === 1 ? 'About a minute' : `${minutes} minutes`;
  if (hours < 48) return hours === 1 ? 'About an hour' : `${hours} hours`;
  if (hours < 24 * 14) return `${Math.trunc(hours / 24)} days`;
  if (hours < 24 * 60) return `${Math.trunc(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.trunc(hours / 24 / 30)} months`;
  return `${Math.trunc(milliseconds / 3_600_000 / 24 / 365)} years`;
}

/** As Go prints a duration of so many milliseconds: `1m30s`, `1.5s`, `50ms`, `20µs`. */
export function goDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  if (milliseconds < 1e-3) return `${Math.round(milliseconds * 1e6)}ns`;
  if (milliseconds < 1) return `${round(milliseconds * 1000)}µs`;
  if (milliseconds < 1000) return `${round(milliseconds)}ms`;
  const hours = Math.trunc(milliseconds / 3_600_000);
  const minutes = Math.trunc(milliseconds / 60_000) % 60;
  const rest = `${round((milliseconds % 60_000) / 1000)}s`;
  return hours > 0 ? `${hours}h${minutes}m${rest}` : minutes > 0 ? `${minutes}m${rest}` : rest;
}

/** To the nanosecond, whatever the unit. */
function round(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

function seconds(instant: Instant): string {
  return new Date(Math.floor(instant)).toISOString().slice(0, 19);
}

function nanoseconds(instant: Instant): string {
  const whole = Math.floor(instant);
  const fraction = Math.floor((instant - whole) * 1000);
  return String((((whole % 1000) + 1000) % 1000) * 1_000_000 + fraction * 1000).padStart(9, '0');
}
