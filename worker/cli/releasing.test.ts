import { expect, test } from 'vitest';
import { releasing } from './releasing.ts';

function source() {
  let returned = 0;
  let left = 2;
  return {
    returned: () => returned,
    [Symbol.asyncIterator]: () => ({
      next: async () => (left-- > 0 ? { done: false, value: left } : { done: true, value: undefined }),
      return: async () => {
        returned++;
        return { done: true, value: undefined };
      },
    }),
  } as unknown as AsyncIterable<number> & { returned(): number };
}

async function drain(items: AsyncIterable<number>): Promise<void> {
  for await (const _ of items);
}

test('what is read to its end needs no giving up', async () => {
  const read = source();
  await releasing(read, drain);
  expect(read.returned()).toBe(0);
});

test('what nobody has read is given up, and so is what was left', async () => {
  const unread = source();
  const failure = releasing(unread, () => Promise.reject(new Error('no')));
  await expect(failure).rejects.toThrow('no');
  expect(unread.returned()).toBe(1);
  const left = source();
  await releasing(left, async (items) => {
    for await (const _ of items) break;
  });
  expect(left.returned()).toBe(1);
});
