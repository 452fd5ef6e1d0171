import { beforeEach, expect, test } from 'vitest';
import type { MetadataStore } from './store.ts';

/** What every metadata store does. */
export function runSuite(makeStore: () => MetadataStore): void {
  let store: MetadataStore;
  beforeEach(() => {
    store = makeStore();
  });

  test('gives back what was set, as a copy', async () => {
    const value = { name: 'busybox', layers: ['a', 'b'] };
    await store.set('image:1', value);
    value.layers.push('c');
    expect(await store.get('image:1')).toEqual({ name: 'busybox', layers: ['a', 'b'] });
  });

  test('knows nothing of other keys', async () => {
    expect(await store.get('image:2')).toBeUndefined();
  });

  test('forgets what is deleted, and deleting nothing is fine', async () => {
    await store.set('image:1', 1);
    await store.delete('image:1');
    await store.delete('image:1');
    expect(await store.get('image:1')).toBeUndefined();
  });

  test('lists by prefix', async () => {
    await store.set('image:b', 2);
    await store.set('image:a', 1);
    await store.set('name:a', 3);
    const entries = await store.entries('image:');
    expect(entries.sort(([a], [b]) => a.localeCompare(b))).toEqual([
      ['image:a', 1],
      ['image:b', 2],
    ]);
  });
}
