import type { UseStore } from 'idb-keyval';
import { createStore, get, keys, promisifyRequest, set } from 'idb-keyval';
import type { Digest } from '../oci/digest.ts';
import { parseDigest } from '../oci/digest.ts';

/** Where a blob's chunks lie. Written last, in one transaction with nothing else to do: this is the commit. */
export interface BlobRecord {
  /** Names the chunks: they are written before the digest is known. */
  readonly id: string;
  readonly size: number;
  readonly chunkSize: number;
}

/**
 * The layout in IndexedDB, one object store:
 *
 *     ['blob', digest]        BlobRecord
 *     ['chunk', id, number]   bytes
 *     ['ingest', id]          when a writer began, in ms since 1970; gone once it committed or gave up
 */
export class BlobDatabase {
  readonly #store: UseStore;

  constructor(name: string) {
    this.#store = createStore(name, 'content');
  }

  record(digest: Digest): Promise<BlobRecord | undefined> {
    return get<BlobRecord>(['blob', digest], this.#store);
  }

  chunk(id: string, number: number): Promise<Uint8Array | undefined> {
    return get<Uint8Array>(['chunk', id, number], this.#store);
  }

  async digests(): Promise<Digest[]> {
    const all = await keys(this.#store);
    return all.flatMap((key) => (Array.isArray(key) && key[0] === 'blob' ? [parseDigest(key[1])] : []));
  }

  begin(id: string): Promise<void> {
    return set(['ingest', id], Date.now(), this.#store);
  }

  putChunk(id: string, number: number, bytes: Uint8Array): Promise<void> {
    return set(['chunk', id, number], bytes, this.#store);
  }

  /** Makes a blob visible and gives its record: the one that was there before, if there was. */
  commit(digest: Digest, record: BlobRecord): Promise<BlobRecord> {
    return this.#store('readwrite', async (store) => {
      const before = await promisifyRequest<BlobRecord | undefined>(store.get(['blob', digest]));
      if (before === undefined) store.put(record, ['blob', digest]);
      else store.delete(chunksOf(record.id));
      store.delete(['ingest', record.id]);
      await promisifyRequest(store.transaction);
      return before ?? record;
    });
  }

  drop(id: string): Promise<void> {
    return this.#store('readwrite', (store) => {
      store.delete(chunksOf(id));
      store.delete(['ingest', id]);
      return promisifyRequest(store.transaction);
    });
  }

  /** Deletes a blob and gives what it was; undefined when it was not there. */
  remove(digest: Digest): Promise<BlobRecord | undefined> {
    return this.#store('readwrite', async (store) => {
      const record = await promisifyRequest<BlobRecord | undefined>(store.get(['blob', digest]));
      if (record === undefined) return undefined;
      store.delete(['blob', digest]);
      store.delete(chunksOf(record.id));
      await promisifyRequest(store.transaction);
      return record;
    });
  }

  /** The ids of writers that began before a time and never ended: their tab is gone. */
  async abandoned(before: number): Promise<string[]> {
    const ids: string[] = [];
    for (const key of await keys(this.#store)) {
      const id = Array.isArray(key) && key[0] === 'ingest' ? key[1] : undefined;
      if (typeof id !== 'string') continue;
      const began = await get<number>(key, this.#store);
      if (began !== undefined && began < before) ids.push(id);
    }
    return ids;
  }
}

/** All keys that start with ['chunk', id]: in IndexedDB's order an array comes after every number. */
function chunksOf(id: string): IDBKeyRange {
  return IDBKeyRange.bound(['chunk', id], ['chunk', id, []]);
}
