import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

test.each([
  ['42m', 42 * 60e9],
  ['1h30m', 5400e9],
  ['1.5s', 1.5e9],
  ['-10ms', -10e6],
  ['.5µs', 500],
  ['0', 0],
])('%s', (text, nanoseconds) => expect(parseDuration(text)).toBe(nanoseconds));

test.each([
  ['10', 'time: missing unit in duration "10"'],
  ['1x', 'time: unknown unit "x" in duration "1x"'],
  ['1constructor', 'time: unknown unit "constructor" in duration "1constructor"'],
  ['', 'time: invalid duration ""'],
  ['1s junk', 'time: unknown unit "s junk" in duration "1s junk"'],
])('%j is refused', (text, why) => expect(() => parseDuration(text)).toThrow(new Error(why)));

test.each([
  [0, '0s'],
  [1500, '1.5µs'],
  [5400e9, '1h30m0s'],
  [0.5e9, '500ms'],
])('%d is shown as %s', (nanoseconds, text) => expect(formatDuration(nanoseconds)).toBe(text));
