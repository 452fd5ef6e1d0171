import { expect, test } from 'vitest';
import { cleanTitle } from './title.ts';

test.each([
  ['vim notes.txt', 'vim notes.txt'],
  ['  a \n\t b\u0007 ', 'a b'],
  ['\u202Egnp.exe\u2066', 'gnp.exe'],
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ['', ''],
])('%j is named %j', (title, name) => {
  expect(cleanTitle(title)).toBe(name);
});

test('a long title is clipped, letters kept whole', () => {
  expect(cleanTitle('🚢'.repeat(500))).toBe(`${'🚢'.repeat(31)}…`);
});
