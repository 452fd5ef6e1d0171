import { expect, test } from 'vitest';
import { ago, humanSize } from './format.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [2_134_000, '2.13 MB'],
  [81_300_000, '81.3 MB'],
  [3e15, '3000 TB'],
])('%i bytes', (bytes, shown) => {
  expect(humanSize(bytes)).toBe(shown);
});

test.each([
  [0, '0 seconds ago'],
  [-5, '0 seconds ago'],
  [90, '1 minute ago'],
  [3 * 86_400, '3 days ago'],
  [40 * 86_400, '1 month ago'],
])('%i seconds', (seconds, shown) => {
  expect(ago(1e9, 1e9 + seconds)).toBe(shown);
});
