import { describe, expect, test } from 'vitest';
import type { Locks } from './locks.ts';
import { during } from './locks.ts';

/** The acceptance suite of locks. `factory` gives two parties that share them. */
export function runSuite(name: string, factory: () => Promise<readonly [Locks, Locks]>): void {
  describe(`Locks: ${name}`, () => {
    test('many share one, and nobody has it exclusively meanwhile', async () => {
      const [here, there] = await factory();
      const releases = [await here.shared('a'), await there.shared('a'), await here.shared('a')];
      expect(await there.tryExclusive('a')).toBeUndefined();
      await releases[0]?.();
      await releases[0]?.();
      expect(await there.tryExclusive('a')).toBeUndefined();
      await Promise.all(releases.map((release) => release()));
      expect(await freed(here, 'a')).toBe(true);
    });

    test('an exclusive one excludes all, also those of its own', async () => {
      const [here, there] = await factory();
      const release = await here.exclusive('a');
      expect(await here.tryExclusive('a')).toBeUndefined();
      expect(await there.tryExclusive('a')).toBeUndefined();
      expect(await freed(there, 'b')).toBe(true);
      await release();
      expect(await freed(there, 'a')).toBe(true);
    });

    test('those who wait get it in the order in which they asked', async () => {
      const [here, there] = await factory();
      const order: string[] = [];
      const first = await here.exclusive('a');
      const waiting = [
        during(here.shared('a'), async () => void order.push('shared')),
        during(here.exclusive('a'), async () => void order.push('exclusive')),
        during(here.shared('a'), async () => void order.push('shared after')),
      ];
      expect(await there.tryExclusive('a')).toBeUndefined();
      await first();
      await Promise.all(waiting);
      expect(order).toEqual(['shared', 'exclusive', 'shared after']);
    });

    test('is given back when the task fails', async () => {
      const [here, there] = await factory();
      await expect(during(here.exclusive('a'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
      expect(await freed(there, 'a')).toBe(true);
    });
  });
}

/** Whether a lock can be had, which is given back. */
async function freed(locks: Locks, name: string): Promise<boolean> {
  const release = await locks.tryExclusive(name);
  await release?.();
  return release !== undefined;
}
