import { fileURLToPath } from 'node:url';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inScratch, seenInLayer, seenOnDisk } from './tarfixture.suite.ts';

const images = fileURLToPath(new URL('../../../shared/images', import.meta.url));

const blobs = (name: string) => join(images, name, 'blobs/sha256');

const layers = () => [
  join(images, 'alpine/alpine-minirootfs-3.20.3-x86.tar.gz'),
  ...['busybox-uclibc', 'busybox-glibc'].flatMap((name) =>
    readdirSync(blobs(name)).map((blob) => join(blobs(name), blob)),
  ),
];

describe.skipIf(!existsSync(images))('real images (skipped without ../shared/images)', () => {
  test('look as tar unpacks them', async () => {
    for (const path of layers()) {
      const packed = readFileSync(path);
      if (packed[0] !== 0x1f) continue;
      await inScratch(async (dir) => {
        execFileSync('tar', ['--numeric-owner', '-xzpf', path, '-C', dir]);
        const [seen, disk] = [await seenInLayer(gunzipSync(packed)), seenOnDisk(dir)];
        const owner = process.getuid?.() === 0 ? {} : { owner: '' };
        const ignored = (files: typeof seen) =>
          Object.fromEntries(Object.entries(files).map(([at, file]) => [at, { ...file, ...owner }]));
        delete seen['.'];
        delete disk['.'];
        expect(ignored(seen)).toEqual(ignored(disk));
      });
    }
  }, 60_000);
});
