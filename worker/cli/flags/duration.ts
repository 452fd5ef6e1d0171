import type { Flag, FlagOptions } from './flag.ts';
import { value } from './kinds.ts';

const units: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const part = /(\d+\.?\d*|\.\d+)([^\d.]*)/gy;

/** Nanoseconds of `1h30m`, as Go's time.ParseDuration. @throws Error in its words */
export function readDuration(text: string): number {
  const [, sign, rest = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === '0') return 0;
  const parts = [...rest.matchAll(part)];
  if (parts.length === 0 || parts.map(([all]) => all).join('') !== rest) {
    throw new Error(`time: invalid duration ${JSON.stringify(text)}`);
  }
  const total = parts.reduce((sum, [, number, unit]) => sum + Number(number) * unitSize(unit ?? '', text), 0);
  return sign === '-' ? -total : total;
}

function unitSize(unit: string, text: string): number {
  const size = units[unit];
  if (size !== undefined) return size;
  const what = unit === '' ? 'missing unit' : `unknown unit ${JSON.stringify(unit)}`;
  throw new Error(`time: ${what} in duration ${JSON.stringify(text)}`);
}

/** As {@link readDuration}; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  try {
    return readDuration(text);
  } catch {
    return undefined;
  }
}

/** Nanoseconds. */
export function duration(usage: string, options: FlagOptions = {}): Flag<number> {
  return value('duration', 0, readDuration, usage, options);
}
