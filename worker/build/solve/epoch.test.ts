import { expect, test } from 'vitest';
import { sourceDateEpoch } from './epoch.ts';

const epoch = (SOURCE_DATE_EPOCH: string | null) => sourceDateEpoch({ SOURCE_DATE_EPOCH });

test('seconds since 1970, or nothing', () => {
  expect([sourceDateEpoch(), epoch(null), epoch('')]).toEqual([undefined, undefined, undefined]);
  expect([epoch('0'), epoch('1000000000'), epoch('-5')]).toEqual([0, 1_000_000_000_000, -5000]);
});

test.each([
  ['abc', 'invalid syntax'],
  ['1.5', 'invalid syntax'],
  ['99999999999999999999', 'value out of range'],
])('%s is refused', (text, why) => {
  expect(() => epoch(text)).toThrow(
    `invalid SOURCE_DATE_EPOCH: ${text}: strconv.ParseInt: parsing "${text}": ${why}`,
  );
});
