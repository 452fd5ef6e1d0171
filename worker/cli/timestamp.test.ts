import { expect, test } from 'vitest';
import { timestamp } from './timestamp.ts';

const now = Date.parse('2026-11-23T12:00:00Z');

test.each([
  ['1136073600', '1136073600'],
  ['1136073600.000000001', '1136073600.000000001'],
  ['10m', '1795434600.000000000'],
  ['2013-01-02T13:23:37Z', '1357133017.000000000'],
  ['2013-01-02T13:23:37.123456789Z', '1357133017.123456789'],
  ['2013-01-02T13:23:37+02:00', '1357125817.000000000'],
  ['2013-01-02', '1357084800.000000000'],
])('%s is %s', (text, seconds) => expect(timestamp('since', text, now)).toBe(seconds));

test.each(['foo', '2013-13-45', '2013-01-02 13:00'])('%s is no time', (text) => {
  expect(() => timestamp('since', text, now)).toThrow(
    `invalid value for "since": failed to parse value as time or duration: "${text}"`,
  );
});
