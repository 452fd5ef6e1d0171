import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatLogTime, formatTime, humanDuration, parseNanoseconds, parseTimestamp } from './time.ts';

test.each([
  [0, 'Less than a second'],
  [1999, '1 second'],
  [59_000, '59 seconds'],
  [60_000, 'About a minute'],
  [119_999, 'About a minute'],
  [3_599_000, '59 minutes'],
  [3_600_000, 'About an hour'],
  [47 * 3_600_000, '47 hours'],
  [13 * 86_400_000, '13 days'],
  [59 * 86_400_000, '8 weeks'],
  [729 * 86_400_000, '24 months'],
  [731 * 86_400_000, '2 years'],
])('%d ms is %s', (milliseconds, words) => {
  expect(humanDuration(milliseconds)).toBe(words);
});

test('times are RFC 3339 with nanoseconds', () => {
  expect(formatTime(undefined)).toBe('0001-01-01T00:00:00Z');
  expect(formatTime(0)).toBe('1970-01-01T00:00:00Z');
  expect(formatTime(1_000.5)).toBe('1970-01-01T00:00:01.0005Z');
  expect(formatLogTime(1_000.5)).toBe('1970-01-01T00:00:01.000500000Z');
  fc.assert(
    fc.property(fc.double({ min: 0, max: 4e12, noNaN: true }), (instant) => {
      expect(Math.abs(Date.parse(formatTime(instant)) - instant)).toBeLessThanOrEqual(1);
      expect(formatLogTime(instant)).toHaveLength(30);
    }),
  );
});

test('timestamps of the API', () => {
  expect(parseTimestamp('12.5')).toBe(12_500);
  expect(parseNanoseconds('12.5')).toBe(12_500_000_000n);
  expect(parseNanoseconds('1795488481.472085096')).toBe(1_795_488_481_472_085_096n);
  expect(parseNanoseconds('-1')).toBe(-1_000_000_000n);
  expect(parseNanoseconds('1.1234567890123')).toBe(1_123_456_789n);
  expect(() => parseNanoseconds('yesterday')).toThrow(
    'strconv.ParseInt: parsing "yesterday": invalid syntax',
  );
  expect(() => parseNanoseconds('1.2.3')).toThrow('strconv.ParseInt: parsing "2.3": invalid syntax');
  expect(() => parseNanoseconds('9223372036854775808')).toThrow('value out of range');
});
