import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { drain, makeFixture } from '../fixture.suite.ts';

/**
 * `docker save saved/low:1 saved/top:1 saved/top:2` of Docker Engine 28.5.2: an imported image, and one that its classic
 * builder has made of it.
 */
const recorded = new Uint8Array(
  gunzipSync(readFileSync(join(import.meta.dirname, 'recorded/docker-save.tar.gz'))),
);

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Docker leaves `blobs/sha256/`, the second entry, dated by the moment of saving: its time, and so its checksum. */
const moment = { start: 512 + 136, end: 512 + 156 };

function differing(ours: Uint8Array, theirs: Uint8Array): number[] {
  if (ours.length !== theirs.length) return [ours.length - theirs.length];
  return [...ours.keys()].filter((at) => ours[at] !== theirs[at] && !(at >= moment.start && at < moment.end));
}

test('what Docker has saved is loaded, and saved again byte for byte', async () => {
  const { engine } = await makeFixture();
  const messages = await drain(await engine.imageLoad(once(recorded), { quiet: true }));
  expect(new Set(messages.map(({ stream }) => stream))).toEqual(
    new Set(['low:1', 'top:1', 'top:2'].map((name) => `Loaded image: saved/${name}\n`)),
  );
  const sizes = await Promise.all(['saved/low:1', 'saved/top:1'].map((name) => engine.imageInspect(name)));
  expect(sizes.map(({ Size }) => Size)).toEqual([7, 11]);
  // Docker writes images in any order.
  const names = ['saved/low:1', 'saved/top:1', 'saved/top:2'];
  const saved = Buffer.concat(await drain(await engine.imageSave(names)));
  expect(differing(saved, recorded)).toEqual([]);
});

test('an image for another platform is neither loaded nor saved', async () => {
  const { engine } = await makeFixture();
  const platform = { os: 'linux', architecture: 'arm64' };
  expect(await drain(await engine.imageLoad(once(recorded), { platform }))).toEqual([]);
  await expect(engine.imageSave(['busybox'], { platform })).rejects.toThrow(
    'no suitable export target found for platform linux/arm64',
  );
  await expect(engine.imageHistory('busybox', { platform })).rejects.toThrow(
    'image with reference busybox was found but its platform (linux/386) does not match the specified platform (linux/arm64)',
  );
});
