import { expect, test } from 'vitest';
import { newState } from './state.ts';
import { Waiters } from './waiters.ts';

test('a wait that is given up is not kept', async () => {
  const waiters = new Waiters();
  const state = newState();
  const stays = waiters.register('next-exit', state);
  const goes = waiters.register('removed', state);
  expect(waiters.count).toBe(2);
  goes.forget();
  expect(waiters.count).toBe(1);
  waiters.stopped(state);
  expect(await stays.result).toEqual({ StatusCode: 0 });
  expect(waiters.count).toBe(0);
});
