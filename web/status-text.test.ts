import { expect, test } from 'vitest';
import { describeStatus } from './status-text.ts';

test.each([
  [
    { phase: 'fetching', received: 3_100_000, total: 6_240_000 },
    'Fetching the machine: 3.1 of 6.2 MB',
    0.497,
  ],
  [{ phase: 'fetching', received: 400_000, total: 0 }, 'Fetching the machine: 400 kB', 'unknown'],
  [{ phase: 'restoring' }, 'Restoring the machine', 'unknown'],
  [
    { phase: 'pulling', image: 'busybox', received: 12_000, total: 720_000 },
    'Pulling busybox: 12 of 720 kB',
    0.017,
  ],
  [{ phase: 'ready', seconds: 0.62, cold: false }, 'Ready in 0.6 s', undefined],
  [{ phase: 'ready', seconds: 4.1, cold: true }, 'Ready in 4.1 s, booted from cold', undefined],
  [{ phase: 'idle' }, 'Ready', undefined],
  [{ phase: 'failed', message: '404 Not Found' }, 'Failed: 404 Not Found', undefined],
] as const)('%o', (status, text, progress) => {
  const view = describeStatus(status);
  expect(view.text).toBe(text);
  if (typeof progress === 'number') expect(view.progress).toBeCloseTo(progress, 3);
  else expect(view.progress).toBe(progress);
});

test('a cold boot gives its reason', () => {
  expect(describeStatus({ phase: 'booting', reason: 'wrong version' }).text).toContain('wrong version');
});

test('figures are not announced', () => {
  const one = describeStatus({ phase: 'fetching', received: 1, total: 9 });
  const two = describeStatus({ phase: 'fetching', received: 2, total: 9 });
  expect(one.announcement).toBe(two.announcement);
});
