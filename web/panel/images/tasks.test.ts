import { expect, test } from 'vitest';
import { fileName, nameAndTag } from './tasks.ts';

test.each([
  ['alpine', 'alpine', 'latest'],
  ['alpine:3.20', 'alpine', '3.20'],
  ['localhost:5000/a/b', 'localhost:5000/a/b', 'latest'],
  ['localhost:5000/a/b:c', 'localhost:5000/a/b', 'c'],
  ['a@sha256:0123', 'a', 'sha256:0123'],
])('%s', (name, fromImage, tag) => {
  expect(nameAndTag(name)).toEqual({ fromImage, tag });
});

test('a file may be called what an image is not', () => {
  expect(fileName('localhost:5000/a/b:1.2')).toBe('localhost_5000_a_b_1.2');
  expect(fileName('../../etc/<b>')).toBe('.._.._etc_b_');
});
