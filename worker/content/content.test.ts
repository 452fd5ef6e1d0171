import 'fake-indexeddb/auto';
import { expose, wrap } from 'comlink';
import { describe, expect, test, vi } from 'vitest';
import { runSuite } from './content.suite.ts';
import type { ContentStore } from './contentstore.ts';
import { IndexedDbContentStore } from './indexeddbstore.ts';
import { ingest, readBlob } from './ingest.ts';
import { LocalLocks } from './locallocks.ts';
import { MemoryContentStore } from './memorystore.ts';
import { runSuite as runOldVersionsSuite } from './oldversions.suite.ts';
import { OffloadingStore } from './offloadingstore.ts';
import { WriterHost } from './writerhost.ts';

const chunkSize = 64;
let databases = 0;
const fresh = () => `content-${databases++}`;

runSuite('memory', () => new MemoryContentStore(chunkSize), chunkSize);
runSuite('IndexedDB', () => new IndexedDbContentStore(fresh(), { chunkSize }), chunkSize);
runSuite(
  'IndexedDB without a cache',
  () => new IndexedDbContentStore(fresh(), { chunkSize, cacheSize: 0 }),
  chunkSize,
);
runSuite('IndexedDB, written by another thread', () => offloading(true), chunkSize);
runSuite('IndexedDB, where there is no other thread', () => offloading(false), chunkSize);

/** What is small is written here, what is large on the other side of a channel. */
function offloading(hasThread: boolean): ContentStore {
  const store = new IndexedDbContentStore(fresh(), { chunkSize });
  const { port1, port2 } = new MessageChannel();
  expose(new WriterHost(store), port1);
  const host = async () => (hasThread ? wrap<WriterHost>(port2) : undefined);
  return new OffloadingStore(store, { host, pieceSize: chunkSize / 2 });
}

runOldVersionsSuite('in memory', async (rows) => {
  const name = fresh();
  // Whoever opens it first makes the object store.
  await new IndexedDbContentStore(name).list();
  const store = (await open(name)).transaction('content', 'readwrite').objectStore('content');
  await Promise.all(rows.map(([key, value]) => result(store.put(value, [...key]))));
  return new IndexedDbContentStore(name);
});

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

  test('of a large chunk only what is asked for is read, and what is next to it', async () => {
    const store = new IndexedDbContentStore(fresh());
    const large = Uint8Array.from({ length: 9 << 20 }, (_, i) => (i * 31 + (i >> 16)) % 251);
    const { digest } = await ingest(store, large);
    const reader = await store.reader(digest);
    for (const at of [0, 4_194_300, 8 << 20, large.length - 5]) {
      expect(await reader.read(at, 10)).toEqual(large.slice(at, at + 10));
    }
    expect(reader.read(130_000, 200_000)).toBeInstanceOf(Promise);
    expect(reader.read(100_000, 100_000)).toEqual(large.subarray(100_000, 200_000));
  });

  test('a browser that stores no Blobs stores bytes', async () => {
    // oxlint-disable-next-line typescript/unbound-method -- it is called on the store it was called on
    const { put } = IDBObjectStore.prototype;
    const puts = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      value,
      key,
    ) {
      if (value instanceof Blob) throw new DOMException('BlobURLs are not yet supported', 'UnknownError');
      return put.call(this, value, key);
    });
    const store = new IndexedDbContentStore(fresh(), { chunkSize });
    const { digest } = await ingest(store, data);
    puts.mockRestore();
    expect([...(await readBlob(store, digest))]).toEqual([...data]);
    expect([...(await (await store.reader(digest)).read(60, 200))]).toEqual([...data.subarray(60, 260)]);
  });

  test('a fresh blob is in the cache', async () => {
    const store = new IndexedDbContentStore(fresh(), { chunkSize });
    const reader = await store.reader((await ingest(store, data)).digest);
    expect(reader.read(30, 200)).toBeInstanceOf(Promise);
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

  test('what a tab left that is gone is swept, and not what another one writes', async () => {
    const name = fresh();
    const locks = new LocalLocks();
    // Its locks are its own, as those of a tab that is gone are nobody's.
    const gone = await new IndexedDbContentStore(name, { chunkSize }).writer();
    await gone.write(data.subarray(0, 640));
    const other = await new IndexedDbContentStore(name, { chunkSize, locks }).writer();
    await other.write(data.subarray(0, 128));
    const store = new IndexedDbContentStore(name, { chunkSize, locks });
    const { digest } = await ingest(store, data.subarray(1));
    await store.sweep();
    await expect.poll(() => rowCount(name)).toBe(16 + 1 + 2 + 1);
    expect((await readBlob(store, digest)).length).toBe(999);
    expect((await other.commit()).size).toBe(128);
  });

  test('what is taken up again ends where its chunks have a gap', async () => {
    const name = fresh();
    const writer = await new IndexedDbContentStore(name, { chunkSize }).writer({}, 'layer');
    await writer.write(data);
    await writer.suspend();
    await deleteChunk(name, 3);
    const again = await new IndexedDbContentStore(name, { chunkSize }).writer({}, 'layer');
    expect(again.offset).toBe(3 * chunkSize);
    await again.write(data.subarray(again.offset));
    expect((await again.commit()).size).toBe(1000);
  });

  test('what was left in chunks of another size is begun again', async () => {
    const name = fresh();
    const writer = await new IndexedDbContentStore(name, { chunkSize }).writer({}, 'layer');
    await writer.write(data);
    await writer.suspend();
    const again = await new IndexedDbContentStore(name, { chunkSize: 100 }).writer({}, 'layer');
    expect(again.offset).toBe(0);
    expect(await rowCount(name)).toBe(1);
  });
});

async function rowCount(name: string): Promise<number> {
  return result((await open(name)).transaction('content').objectStore('content').count());
}

async function deleteChunk(name: string, number: number): Promise<void> {
  const store = (await open(name)).transaction('content', 'readwrite').objectStore('content');
  const key = (await result(store.getAllKeys())).find(
    (key) => Array.isArray(key) && key[0] === 'chunk' && key[2] === number,
  );
  await result(store.delete(key as IDBValidKey));
}

function open(name: string): Promise<IDBDatabase> {
  return result(indexedDB.open(name));
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('error', () => reject(request.error ?? new Error('failed')));
    request.addEventListener('success', () => resolve(request.result));
  });
}
