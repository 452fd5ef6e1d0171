import 'fake-indexeddb/auto';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ContentStore } from '../content/contentstore.ts';
import { IndexedDbContentStore } from '../content/indexeddbstore.ts';
import { MemoryContentStore } from '../content/memorystore.ts';
import { parseDiffId } from '../oci/diffid.ts';
import { parseDigest } from '../oci/digest.ts';
import type { Compression } from '../oci/mediatype.ts';
import type { IndexCache } from './indexcache.ts';
import { IndexedDbIndexCache, MemoryIndexCache } from './indexcache.ts';
import { LayerStore } from './layerstore.ts';
import { rawTar } from './tarfixture.suite.ts';

const sha256 = (data: Uint8Array) => `sha256:${createHash('sha256').update(data).digest('hex')}`;
const tar = rawTar({ name: 'a', data: 'content of a' }, { name: 'b', data: new Uint8Array(200_000).fill(7) });
const diffId = parseDiffId(sha256(tar));

async function* pieces(data: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

async function* failing(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data.subarray(0, 100);
  throw new Error('connection lost');
}

function packedLayer(data: Uint8Array, compression: Compression = 'gzip') {
  return { packed: { digest: parseDigest(sha256(data)), size: data.length }, compression, diffId };
}

let databases = 0;
const stores: [string, () => [ContentStore, IndexCache]][] = [
  ['memory', () => [new MemoryContentStore(), new MemoryIndexCache()]],
  [
    'IndexedDB',
    () => [
      new IndexedDbContentStore(`layers-${databases}`, { chunkSize: 4096 }),
      new IndexedDbIndexCache(`indexes-${databases++}`),
    ],
  ],
];

describe.each(stores)('LayerStore in %s', (_, make) => {
  const gzip = gzipSync(tar);

  test.each([
    ['gzip', gzip],
    ['none', tar],
  ] as const)('takes a layer in (%s) and opens it again', async (compression, data) => {
    const [content, indexes] = make();
    const store = new LayerStore(content, indexes);
    const layer = await store.ingest(pieces(data), packedLayer(data, compression));
    expect(await content.list()).toEqual([{ digest: diffId, size: tar.length }]);
    const again = await store.open(diffId);
    expect(again.index.data).toEqual(layer.index.data);
    const at = again.index.data.inodes.offset[again.index.find(['a']) ?? 0] ?? 0;
    expect(new TextDecoder().decode(await again.tar.read(at, 12))).toBe('content of a');
  });

  test('makes a lost index anew', async () => {
    const [content, indexes] = make();
    const store = new LayerStore(content, indexes);
    await store.ingest(pieces(gzip), packedLayer(gzip));
    await indexes.delete(diffId);
    expect((await store.open(diffId)).index.find(['b'])).toBe(2);
    await store.delete(diffId);
    await expect(store.open(diffId)).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('refuses what is not as promised and keeps nothing of it', async () => {
    const [content, indexes] = make();
    const store = new LayerStore(content, indexes);
    const other = gzipSync(rawTar({ name: 'other' }));
    const flipped = gzip.map((byte, i) => (i === 20 ? byte ^ 1 : byte));
    const cut = gzip.subarray(0, -20);
    const cases: [AsyncIterable<Uint8Array>, ReturnType<typeof packedLayer>, string][] = [
      [pieces(other), packedLayer(gzip), ''],
      [pieces(other), packedLayer(other), 'verification failed for digest'],
      [pieces(flipped), packedLayer(gzip), ''],
      [pieces(cut), packedLayer(cut), 'broken gzip data'],
      [pieces(gzip), packedLayer(gzip, 'none'), 'unexpected EOF'],
      [pieces(gzip), packedLayer(gzip, 'zstd'), 'broken zstd data'],
    ];
    for (const [source, layer, message] of cases) {
      const refused = store.ingest(source, layer);
      await expect(refused).rejects.toMatchObject({
        kind: 'invalid',
        message: expect.stringContaining(message),
      });
    }
    await expect(store.ingest(failing(gzip), packedLayer(gzip))).rejects.toThrow('connection lost');
    expect(await content.list()).toEqual([]);
  });
});
