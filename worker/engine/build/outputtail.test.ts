import { expect, test } from 'vitest';
import { OutputTail } from './outputtail.ts';

const tailOf = (...texts: string[]): string => {
  const tail = new OutputTail();
  for (const text of texts) tail.write(new TextEncoder().encode(text));
  return tail.text;
};

test('the last lines, without colours, bars that were written over, and what rings', () => {
  expect(tailOf('one\ntwo\n')).toBe('one\ntwo');
  expect(tailOf('\x1b[1;31mred\x1b[0m\n\x1b]0;title\x07plain\x07\n')).toBe('red\nplain');
  expect(tailOf(' 10%\r 50%\r100%\r\ndone')).toBe('100%\ndone');
  expect(tailOf(...Array.from({ length: 40 }, (_, i) => `${i}\n`)).split('\n')).toEqual(
    Array.from({ length: 12 }, (_, i) => `${28 + i}`),
  );
});

test('a line without an end does not grow, and a letter may come in two parts', () => {
  expect(tailOf(...Array.from({ length: 100 }, () => 'x'.repeat(1000)))).toHaveLength(2000);
  const tail = new OutputTail();
  const [first = 0, second = 0] = new TextEncoder().encode('é');
  tail.write(Uint8Array.of(first));
  tail.write(Uint8Array.of(second));
  expect(tail.text).toBe('é');
});
