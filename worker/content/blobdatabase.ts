import type { UseStore } from 'idb-keyval';
import { createStore, get, promisifyRequest } from 'idb-keyval';
import type { Digest } from '../oci/digest.ts';
import { parseDigest } from '../oci/digest.ts';
import type { ChunkedBlob } from './chunkedreader.ts';
import { changing, StorageFullError } from './storagefull.ts';
import type { StoredChunk } from './storedchunk.ts';

/** Where a blob's chunks lie. Written last, in one transaction with nothing else to do: this is the commit. */
export interface BlobRecord extends ChunkedBlob {
  /** Names the chunks, too: they are written before the digest is known. */
  readonly id: string;
  /** In ms since 1970. */
  readonly committed: number;
}

/** A blob in the making. */
export interface IngestRecord {
  readonly id: string;
  readonly chunkSize: number;
  /** When a writer last took it up, in ms since 1970. */
  readonly begun: number;
  /** Under which it can be taken up again. */
  readonly ref?: string;
}

/**
 * The layout in IndexedDB, one object store:
 *
 *     ['blob', digest]        BlobRecord
 *     ['chunk', id, number]   StoredChunk
 *     ['ingest', id]          IngestRecord; gone once its writer committed or gave up
 *
 * Earlier versions had bytes for every chunk, 256 kB of them, records without `committed`, and of an ingest nothing but when it
 * had begun. All of that is read still (`oldversions.suite.ts`).
 */
export class BlobDatabase {
  readonly #store: UseStore;
  /** Until the browser refuses one. Safari's private windows store none. */
  #storesBlobs = true;

  constructor(name: string) {
    this.#store = createStore(name, 'content');
  }

  record(digest: Digest): Promise<BlobRecord | undefined> {
    return get<BlobRecord>(['blob', digest], this.#store);
  }

  chunk(id: string, number: number): Promise<StoredChunk | undefined> {
    return get<StoredChunk>(['chunk', id, number], this.#store);
  }

  async blobs(): Promise<[Digest, BlobRecord][]> {
    const entries = await this.#entries<BlobRecord>('blob');
    return entries.map(([digest, record]) => [parseDigest(digest), record]);
  }

  async ingests(): Promise<IngestRecord[]> {
    const entries = await this.#entries<IngestRecord | number>('ingest');
    return entries.map(([id, found]) =>
      typeof found === 'number' ? { id, chunkSize: 0, begun: found } : found,
    );
  }

  /** All of a kind, by the second part of their keys. */
  async #entries<T>(kind: string): Promise<[string, T][]> {
    const [keys, values] = await this.#store('readonly', (store) =>
      Promise.all([
        promisifyRequest(store.getAllKeys(startingWith(kind))),
        promisifyRequest<T[]>(store.getAll(startingWith(kind))),
      ]),
    );
    return values.map((value, i) => [(keys[i] as string[])[1] ?? '', value]);
  }

  begin(ingest: IngestRecord): Promise<void> {
    return this.#change((store) => void store.put(ingest, ['ingest', ingest.id]));
  }

  /** Takes a copy of the bytes at once. */
  async putChunk(id: string, number: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const put = (chunk: StoredChunk) => this.#change((store) => void store.put(chunk, ['chunk', id, number]));
    const blob = new Blob([bytes]);
    if (this.#storesBlobs) {
      try {
        return await put(blob);
      } catch (error) {
        if (error instanceof StorageFullError) throw error;
      }
    }
    await put(new Uint8Array(await blob.arrayBuffer()));
    this.#storesBlobs = false;
  }

  /** How many chunks there are without a gap. */
  async chunkCount(id: string): Promise<number> {
    const keys = await this.#store('readonly', (store) =>
      promisifyRequest(store.getAllKeys(startingWith('chunk', id))),
    );
    const gap = keys.findIndex((key, i) => (key as IDBValidKey[])[2] !== i);
    return gap < 0 ? keys.length : gap;
  }

  /** Makes a blob visible and gives its record: the one that was there before, if there was. */
  async commit(digest: Digest, record: BlobRecord): Promise<BlobRecord> {
    let kept = record;
    await this.#change(async (store) => {
      const before = await promisifyRequest<BlobRecord | undefined>(store.get(['blob', digest]));
      if (before === undefined) store.put(record, ['blob', digest]);
      else store.delete(startingWith('chunk', record.id));
      store.delete(['ingest', record.id]);
      kept = before ?? record;
    });
    return kept;
  }

  drop(id: string): Promise<void> {
    return this.#change((store) => {
      store.delete(startingWith('chunk', id));
      store.delete(['ingest', id]);
    });
  }

  /** Deletes a blob and gives what it was; undefined when it was not there. */
  async remove(digest: Digest): Promise<BlobRecord | undefined> {
    let removed: BlobRecord | undefined;
    await this.#change(async (store) => {
      removed = await promisifyRequest<BlobRecord | undefined>(store.get(['blob', digest]));
      if (removed === undefined) return;
      store.delete(['blob', digest]);
      store.delete(startingWith('chunk', removed.id));
    });
    return removed;
  }

  /** Resolves when the transaction is through. A request's error says nothing of the transaction's, which comes later. */
  #change(body: (store: IDBObjectStore) => Promise<void> | void): Promise<void> {
    const changed = this.#store(
      'readwrite',
      (store) =>
        new Promise<void>((resolve, reject) => {
          const { transaction } = store;
          transaction.addEventListener('complete', () => resolve());
          transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('aborted')));
          Promise.resolve(body(store)).catch(reject);
        }),
    );
    return changing(changed);
  }
}

/** All keys that start so: in IndexedDB's order an array comes after every number and every string. */
function startingWith(...key: string[]): IDBKeyRange {
  return IDBKeyRange.bound(key, [...key, []]);
}
