import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { detachable, parseDetachKeys } from './detachkeys.ts';

/** What comes through of these pieces, and whether the keys were among them. */
async function typed(keys: Uint8Array, pieces: readonly Uint8Array[]): Promise<[number[], boolean]> {
  const passed: number[] = [];
  let detached = false;
  const sink = detachable(
    {
      write: (bytes) => Promise.resolve(void passed.push(...bytes)),
      close: () => Promise.resolve(),
    },
    keys,
    () => {
      detached = true;
    },
  );
  for (const piece of pieces) await sink.write(piece);
  return [passed, detached];
}

test.each([
  [undefined, [16, 17]],
  ['ctrl-a,x', [1, 120]],
  ['ctrl-[,ctrl-@,DEL', [27, 0, 127]],
])('%s are keys', (text, codes) => {
  expect([...(parseDetachKeys(text) ?? [])]).toEqual(codes);
});

test.each(['ctrl-A,a', 'abc', 'ctrl-', 'a,,b'])('%s are none', (text) => {
  expect(parseDetachKeys(text)).toBeUndefined();
});

test('what is typed before the keys comes through, however it is cut, and nothing after them', async () => {
  const byte = fc.integer({ min: 0, max: 3 });
  await fc.assert(
    fc.asyncProperty(fc.array(byte), fc.array(fc.integer({ min: 1, max: 4 })), async (all, cuts) => {
      const keys = Uint8Array.of(1, 2);
      const pieces: Uint8Array[] = [];
      let at = 0;
      for (const cut of [...cuts, all.length]) pieces.push(Uint8Array.from(all.slice(at, (at += cut))));
      const place = all.findIndex((one, i) => one === 1 && all[i + 1] === 2);
      const [passed, detached] = await typed(keys, pieces);
      expect(detached).toBe(place >= 0);
      const held = place < 0 && all.at(-1) === 1 ? 1 : 0;
      expect(passed).toEqual(place >= 0 ? all.slice(0, place) : all.slice(0, all.length - held));
    }),
  );
});
