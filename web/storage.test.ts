import { expect, test } from 'vitest';
import { describeStorage } from './storage.ts';

test('says what is kept, and for how long', () => {
  expect(describeStorage({ usage: 123_400_000, quota: 5_260_000_000, persisted: true })).toBe(
    'Images and their layers take 123 MB of the 5.3 GB that this page may use. The browser keeps it until it is removed.',
  );
  expect(describeStorage({ usage: 0, quota: 800_000_000, persisted: false })).toBe(
    'Images and their layers take 0 MB of the 800 MB that this page may use. The browser may remove it when the disk is full.',
  );
});
