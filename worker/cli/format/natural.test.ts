import { expect, test } from 'vitest';
import { naturalOrder } from './natural.ts';

test('numbers in text count as numbers', () => {
  expect(['v10', 'v9', 'a', 'v-', 'v9a', '', 'v09', 'v'].sort(naturalOrder)).toEqual([
    '',
    'a',
    'v',
    'v9',
    'v9a',
    'v09',
    'v10',
    'v-',
  ]);
});
