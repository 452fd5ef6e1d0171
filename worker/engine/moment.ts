import type { Instant } from './clock.ts';
import { invalid } from './errors.ts';

const unit: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * A point in time as people give it: seconds since 1970, a date with or without a time, or how long ago (Go's durations).
 * https://github.com/moby/moby/blob/v28.5.2/api/types/time/timestamp.go (GetTimestamp)
 */
export function parseMoment(text: string, now: Instant): Instant {
  const ago = duration(text);
  if (ago !== undefined) return now - ago;
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = /^(\d{4}-\d\d-\d\d)(?:T(\d\d)(?::?(\d\d)(?::?(\d\d(?:\.\d+)?))?)?)?(Z|[+-]\d\d:\d\d)?$/.exec(
    text,
  );
  const [, day, hours = '00', minutes = '00', seconds = '00', zone = 'Z'] = date ?? [];
  const found = Date.parse(`${day}T${hours}:${minutes}:${seconds}${zone}`);
  if (Number.isNaN(found))
    throw invalid(`failed to parse value as time or duration: ${JSON.stringify(text)}`);
  return found;
}

/** `1h30m`, as milliseconds. */
function duration(text: string): number | undefined {
  if (!/^[+-]?((\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g);
  let sum = 0;
  for (const [, amount, name = ''] of parts) sum += Number(amount) * (unit[name] ?? 0);
  return text.startsWith('-') ? -sum : sum;
}
