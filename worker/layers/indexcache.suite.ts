import { describe, expect, test } from 'vitest';
import { parseDiffId } from '../oci/diffid.ts';
import type { IndexCache } from './indexcache.ts';
import { LayerIndex } from './layerindex.ts';
import { indexTar } from './layerindexer.ts';
import { rawTar } from './tarfixture.suite.ts';

const one = parseDiffId(`sha256:${'1'.repeat(64)}`);
const two = parseDiffId(`sha256:${'2'.repeat(64)}`);
const { data } = indexTar(
  rawTar({ name: 'a', data: 'content of a' }, { name: 'dir/b' }, { name: 'link', type: '2', link: 'a' }),
);

/** What every cache of indexes does. */
export function runSuite(name: string, factory: () => IndexCache): void {
  describe(`IndexCache: ${name}`, () => {
    test('gives back what was set, in every column', async () => {
      const cache = factory();
      await cache.set(one, data);
      const found = await cache.get(one);
      expect(found).toEqual(data);
      expect(found && new LayerIndex(found).find(['dir', 'b'])).toBeDefined();
    });

    test('knows nothing of other layers', async () => {
      const cache = factory();
      await cache.set(one, data);
      expect(await cache.get(two)).toBeUndefined();
    });

    test('forgets what is deleted, and deleting nothing is fine', async () => {
      const cache = factory();
      await cache.set(one, data);
      await cache.set(two, data);
      await cache.delete(one);
      await cache.delete(one);
      expect(await cache.get(one)).toBeUndefined();
      expect(await cache.get(two)).toEqual(data);
    });

    test('what is set again is replaced', async () => {
      const cache = factory();
      await cache.set(one, data);
      const other = indexTar(rawTar({ name: 'other' })).data;
      await cache.set(one, other);
      expect(await cache.get(one)).toEqual(other);
    });
  });
}
