import 'fake-indexeddb/auto';
import { describe, expect, test } from 'vitest';
import { runSuite } from './content.suite.ts';
import { IndexedDbContentStore } from './indexeddbstore.ts';
import { ingest, readBlob } from './ingest.ts';
import { MemoryContentStore } from './memorystore.ts';

const chunkSize = 64;
let databases = 0;
const fresh = () => `content-${databases++}`;

runSuite('memory', () => new MemoryContentStore(), chunkSize);
runSuite('IndexedDB', () => new IndexedDbContentStore(fresh(), { chunkSize }), chunkSize);
runSuite(
  'IndexedDB without a cache',
  () => new IndexedDbContentStore(fresh(), { chunkSize, cacheSize: 0 }),
  chunkSize,
);

const data = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

describe('IndexedDB', () => {
  test('blobs outlive the page', async () => {
    const name = fresh();
    const { digest } = await ingest(new IndexedDbContentStore(name, { chunkSize }), data);
    const later = new IndexedDbContentStore(name, { chunkSize: 100 });
    expect([...(await readBlob(later, digest))]).toEqual([...data]);
  });

  test('reads of what is in the cache answer at once', async () => {
    const name = fresh();
    const { digest } = await ingest(new IndexedDbContentStore(name, { chunkSize }), data);
    const reader = await new IndexedDbContentStore(name).reader(digest);
    expect(reader.read(0, 10)).toBeInstanceOf(Promise);
    await reader.read(0, 10);
    expect(reader.read(0, 10)).toEqual(data.subarray(0, 10));
  });

  test('a fresh blob is in the cache', async () => {
    const store = new IndexedDbContentStore(fresh(), { chunkSize });
    const reader = await store.reader((await ingest(store, data)).digest);
    expect(reader.read(30, 200)).toEqual(data.subarray(30, 230));
  });

  test('a reader survives its blob being deleted and fetched again', async () => {
    const store = new IndexedDbContentStore(fresh(), { chunkSize });
    const { digest } = await ingest(store, data);
    const reader = await store.reader(digest);
    await store.delete(digest);
    await expect(Promise.resolve(reader.read(0, 5))).rejects.toMatchObject({ kind: 'not-found' });
    await ingest(store, data);
    expect([...(await reader.read(500, 200))]).toEqual([...data.subarray(500, 700)]);
  });

  test('what a crashed tab left is swept', async () => {
    const name = fresh();
    const crashed = await new IndexedDbContentStore(name, { chunkSize }).writer();
    await crashed.write(data);
    const store = new IndexedDbContentStore(name, { chunkSize });
    const { digest } = await ingest(store, data.subarray(1));
    await store.sweep();
    expect(await rowCount(name)).toBe(1 + 15 + 1 + 16);
    await store.sweep(-1000);
    expect(await rowCount(name)).toBe(16 + 1);
    expect((await readBlob(store, digest)).length).toBe(999);
  });
});

function rowCount(name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const open = indexedDB.open(name);
    open.addEventListener('error', () => reject(new Error('cannot open')));
    open.addEventListener('success', () => {
      const count = open.result.transaction('content').objectStore('content').count();
      count.addEventListener('success', () => resolve(count.result));
    });
  });
}
