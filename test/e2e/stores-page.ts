/** In the browser: the stores in its IndexedDB and its locks, driven from the test. */
import type { BlobReader } from '../../worker/content/blobreader.ts';
import type { ContentStore, ContentWriter, Expected } from '../../worker/content/contentstore.ts';
import { IndexedDbContentStore } from '../../worker/content/indexeddbstore.ts';
import type { Release } from '../../worker/content/locks.ts';
import { WebLocks } from '../../worker/content/weblocks.ts';
import { IndexedDbMetadataStore } from '../../worker/engine/metadata/indexeddb.ts';
import type { MetadataStore } from '../../worker/engine/metadata/store.ts';
import type { IndexCache } from '../../worker/layers/indexcache.ts';
import { IndexedDbIndexCache } from '../../worker/layers/indexcache.ts';
import { errorKind } from '../../worker/oci/errors.ts';
import type { Digest } from '../../worker/oci/digest.ts';
import { decode, encode } from './wire.ts';

export type Outcome = { value: unknown } | { kind: string; message: string };

const locks = new WebLocks();
const opened = new Map<string, unknown>();
const held: unknown[] = [];

/** Opens each store once. */
function once<T>(key: string, open: () => T): T {
  if (!opened.has(key)) opened.set(key, open());
  return opened.get(key) as T;
}

const content = (name: string, chunkSize: number): ContentStore =>
  once(`content ${name}`, () => new IndexedDbContentStore(name, { chunkSize, locks }));
const metadata = (name: string): MetadataStore =>
  once(`metadata ${name}`, () => new IndexedDbMetadataStore(name));
const indexes = (name: string): IndexCache => once(`indexes ${name}`, () => new IndexedDbIndexCache(name));
const keep = (value: unknown): number => held.push(value) - 1;
const writer = (number: number) => held[number] as ContentWriter;

async function collect(source: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const piece of source) all.push(piece);
  return all;
}

async function lock(
  mode: 'shared' | 'exclusive' | 'tryExclusive',
  name: string,
): Promise<number | undefined> {
  const release = await locks[mode](name);
  return release && keep(release);
}

/** Of `content`, of writers and readers, of `metadata`, `indexes` and locks. */
const calls: Record<string, (...args: never[]) => unknown> = {
  info: (name: string, chunkSize: number, digest: Digest) => content(name, chunkSize).info(digest),
  list: (name: string, chunkSize: number) => content(name, chunkSize).list(),
  settled: (name: string, chunkSize: number, age: number) => content(name, chunkSize).settled(age),
  sweep: (name: string, chunkSize: number, age?: number) => content(name, chunkSize).sweep(age),
  delete: (name: string, chunkSize: number, digest: Digest) => content(name, chunkSize).delete(digest),
  /** Puts rows into a store that nobody has opened yet, as if another version had. */
  rows: async (name: string, chunkSize: number, rows: [IDBValidKey, unknown][]) => {
    await content(name, chunkSize).list();
    const opening = indexedDB.open(name);
    await new Promise((resolve) => opening.addEventListener('success', resolve));
    const transaction = opening.result.transaction('content', 'readwrite');
    for (const [key, value] of rows) transaction.objectStore('content').put(value, key);
    await new Promise((resolve) => transaction.addEventListener('complete', resolve));
    opening.result.close();
  },
  room: (name: string, chunkSize: number) => content(name, chunkSize).room(),
  reader: async (name: string, chunkSize: number, digest: Digest) => {
    const reader = await content(name, chunkSize).reader(digest);
    return { number: keep(reader), size: reader.size };
  },
  read: (number: number, offset: number, length: number) => (held[number] as BlobReader).read(offset, length),
  writer: async (name: string, chunkSize: number, expected: Expected, ref?: string) => {
    const opened = await content(name, chunkSize).writer(expected, ref);
    return { number: keep(opened), offset: opened.offset };
  },
  stored: (number: number) => collect(writer(number).stored()),
  write: (number: number, bytes: Uint8Array) => writer(number).write(bytes),
  commit: (number: number) => writer(number).commit(),
  suspend: (number: number) => writer(number).suspend(),
  abort: (number: number) => writer(number).abort(),

  metadataGet: (name: string, key: string) => metadata(name).get(key),
  metadataSet: (name: string, key: string, value: unknown) => metadata(name).set(key, value),
  metadataDelete: (name: string, key: string) => metadata(name).delete(key),
  metadataEntries: (name: string, prefix: string) => metadata(name).entries(prefix),
  metadataListen: (name: string, callback: keyof typeof globalThis) =>
    metadata(name).onForeignChange((key) => (globalThis[callback] as (key: string) => void)(key)),

  indexGet: (name: string, diffId: never) => indexes(name).get(diffId),
  indexSet: (name: string, diffId: never, index: never) => indexes(name).set(diffId, index),
  indexDelete: (name: string, diffId: never) => indexes(name).delete(diffId),

  lock,
  unlock: (number: number) => (held[number] as Release)(),
};

async function call(name: string, args: string): Promise<string> {
  return encode(await outcome(name, decode(args) as unknown[]));
}

async function outcome(name: string, args: unknown[]): Promise<Outcome> {
  try {
    const method = calls[name] as (...args: unknown[]) => unknown;
    return { value: await method(...args) };
  } catch (error) {
    return { kind: errorKind(error), message: error instanceof Error ? error.message : String(error) };
  }
}

Object.assign(globalThis, { call });
