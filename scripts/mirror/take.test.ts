import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Descriptor } from '../../worker/oci/descriptor.ts';
import { parseDigest } from '../../worker/oci/digest.ts';
import { mediaTypes } from '../../worker/oci/mediatype.ts';
import { parseReference } from '../../worker/oci/reference.ts';
import type { MirroredImage } from './mirrored-image.ts';
import { RegistryFolder } from './registry-folder.ts';
import { takeImage } from './take.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bottleship-take-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const digestOf = (bytes: Uint8Array | string) =>
  parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
const names = (...texts: string[]) => texts.map((text) => parseReference(text));
const blobs = () => readdirSync(join(dir, 'blobs/sha256')).length;

interface Fake {
  readonly image: MirroredImage;
  /** What was asked for: the size of the blob, and from where. */
  readonly asked: [size: number, from: number][];
}

/** An image of these layers. Each opening of a blob gives at most `most` bytes and then breaks. */
function fakeImage(layers: readonly string[], { most = 1e9, architecture = '386' } = {}): Fake {
  const asked: Fake['asked'] = [];
  const config = JSON.stringify({
    architecture,
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
  });
  const contents = new Map([config, ...layers].map((text) => [digestOf(text), Buffer.from(text)]));
  const describe = (mediaType: string, text: string): Descriptor => ({
    mediaType,
    digest: digestOf(text),
    size: text.length,
  });
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: describe(mediaTypes.ociConfig, config),
    layers: layers.map((layer) => describe(mediaTypes.ociLayer, layer)),
  });
  async function* bytes(blob: Descriptor, from: number): AsyncGenerator<Uint8Array> {
    asked.push([blob.size, from]);
    yield (contents.get(blob.digest) ?? Buffer.alloc(0)).subarray(from, from + most);
    if (from + most < blob.size) throw new Error('connection lost');
  }
  const manifest = { mediaType: mediaTypes.ociManifest, text, digest: digestOf(text) };
  return { asked, image: { names: [], source: 'test', manifest, open: async (...of) => bytes(...of) } };
}

test('a connection that breaks is taken up where it broke', async () => {
  const { image, asked } = fakeImage(['x'.repeat(1000)], { most: 400 });
  await takeImage(new RegistryFolder(dir), image, names('app:1'));
  expect(asked.filter(([size]) => size === 1000)).toEqual([
    [1000, 0],
    [1000, 400],
    [1000, 800],
  ]);
});

test('what an earlier visit has left is gone on with', async () => {
  const folder = new RegistryFolder(dir);
  const layer = 'y'.repeat(1000);
  const wanted = { digest: digestOf(layer), size: 1000 };
  const writer = await folder.blobs.writer(wanted, `blob ${wanted.digest}`);
  await writer.write(Buffer.from(layer).subarray(0, 600));
  await writer.suspend();
  const { image, asked } = fakeImage([layer]);
  await takeImage(folder, image, names('app:1'));
  expect(asked).toContainEqual([1000, 600]);
});

test('a source that is gone for good is given up, and no name is there', async () => {
  const { image } = fakeImage(['z'.repeat(10)], { most: 0 });
  const folder = new RegistryFolder(dir);
  await expect(takeImage(folder, image, names('app:1'))).rejects.toThrow('connection lost');
  expect(folder.entries()).toEqual([]);
});

test('layers are kept once, and only what nothing needs goes with a name', async () => {
  const folder = new RegistryFolder(dir);
  await takeImage(folder, fakeImage(['shared', 'one']).image, names('a:1'));
  await takeImage(folder, fakeImage(['shared', 'two']).image, names('b:1', 'b:latest'));
  expect(blobs()).toBe(7);
  writeFileSync(join(dir, 'notes.txt'), 'of the author');
  writeFileSync(join(dir, 'blobs/sha256/0'.padEnd(78, '0')), 'of somebody else');
  expect(folder.remove(names('b:1')[0]!)).toBe(true);
  expect(blobs()).toBe(8);
  expect(folder.remove(names('b:latest')[0]!)).toBe(true);
  expect(blobs()).toBe(5);
  expect(folder.remove(names('b:latest')[0]!)).toBe(false);
  expect(existsSync(join(dir, 'notes.txt'))).toBe(true);
});

test('a name that is given again loses its old image', async () => {
  const folder = new RegistryFolder(dir);
  await takeImage(folder, fakeImage(['old']).image, names('a:1'));
  await takeImage(folder, fakeImage(['new']).image, names('a:1'));
  expect(folder.entries()).toHaveLength(1);
  expect(blobs()).toBe(3);
});

test('entries that others wrote are taken over as they are, blobs and all', async () => {
  const own = JSON.stringify({ schemaVersion: 2, config: {}, layers: [] });
  const entry = {
    mediaType: mediaTypes.ociManifest,
    digest: digestOf(own),
    size: own.length,
    annotations: { 'io.containerd.image.name': 'docker.io/library/a:1' },
  };
  const folder = new RegistryFolder(dir);
  const writer = await folder.blobs.writer();
  await writer.write(Buffer.from(own));
  await writer.commit();
  writeFileSync(join(dir, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  await takeImage(folder, fakeImage(['new']).image, names('a:1'));
  expect(folder.entries()).toHaveLength(1);
  expect(readFileSync(folder.blobs.path(entry.digest), 'utf8')).toBe(own);
});

test('an image for another machine is refused, and names what it is for', async () => {
  const { image } = fakeImage(['layer'], { architecture: 'arm64' });
  const folder = new RegistryFolder(dir);
  await expect(takeImage(folder, image, names('a:1'))).rejects.toThrow(
    'the image is for linux/arm64, and this machine runs linux/386 only',
  );
  expect(folder.entries()).toEqual([]);
});
