import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Activity } from './activity.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
});

test('a lull is when nothing runs and the prompt has come, or did not', async () => {
  const activity = new Activity();
  const order: string[] = [];
  let end!: () => void;
  const work = activity
    .during(new Promise<void>((resolve) => (end = resolve)))
    .then(() => order.push('work'));
  const lull = activity.lull().then(() => order.push('lull'));
  end();
  await work;
  activity.touch();
  await lull;
  expect(order).toEqual(['work', 'lull']);
  const alone = activity.lull();
  await vi.advanceTimersByTimeAsync(100);
  await alone;
});

test('who has waited long enough is not told later', async () => {
  const activity = new Activity();
  let end!: () => void;
  const work = activity.during(new Promise<void>((resolve) => (end = resolve)));
  const lulls = Promise.all([activity.lull(), activity.lull()]);
  await vi.advanceTimersByTimeAsync(5000);
  await lulls;
  const cleared = vi.spyOn(globalThis, 'clearTimeout');
  end();
  await work;
  activity.touch();
  expect(cleared).not.toHaveBeenCalled();
});
