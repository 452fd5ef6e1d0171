import type { BlobRecord } from './blobdatabase.ts';
import type { BlobReader } from './blobreader.ts';
import { cut } from './blobreader.ts';
import type { ChunkCache } from './chunkcache.ts';
import { chunkKey } from './chunkcache.ts';

/** Reads a blob that lies in chunks: at once from those in the cache, by a promise when one must be loaded. */
export class ChunkedReader implements BlobReader {
  readonly size: number;
  readonly #record: BlobRecord;
  readonly #cache: ChunkCache;
  readonly #load: (number: number) => Promise<Uint8Array>;
  readonly #loading = new Map<number, Promise<Uint8Array>>();

  constructor(record: BlobRecord, cache: ChunkCache, load: (number: number) => Promise<Uint8Array>) {
    this.size = record.size;
    this.#record = record;
    this.#cache = cache;
    this.#load = load;
  }

  read(offset: number, length: number): Uint8Array | Promise<Uint8Array> {
    const end = Math.min(offset + length, this.size);
    if (offset >= end) return new Uint8Array();
    const { chunkSize } = this.#record;
    const first = Math.floor(offset / chunkSize);
    const last = Math.floor((end - 1) / chunkSize);
    const [from, to] = [offset - first * chunkSize, end - first * chunkSize];
    const cached = this.#cached(first, last);
    if (cached !== undefined) return cut(cached, from, to, chunkSize);
    return this.#loaded(first, last).then((chunks) => cut(chunks, from, to, chunkSize));
  }

  #cached(first: number, last: number): Uint8Array[] | undefined {
    const chunks: Uint8Array[] = [];
    for (let number = first; number <= last; number++) {
      const chunk = this.#cache.get(this.#key(number));
      if (chunk === undefined) return undefined;
      chunks.push(chunk);
    }
    return chunks;
  }

  /** Loads what is wanted, and ahead of being asked the chunk after it: files are mostly read on. */
  async #loaded(first: number, last: number): Promise<Uint8Array[]> {
    const wanted = Array.from({ length: last - first + 1 }, (_, i) => this.#chunk(first + i));
    if ((last + 1) * this.#record.chunkSize < this.size) this.#chunk(last + 1).catch(() => undefined);
    return Promise.all(wanted);
  }

  #chunk(number: number): Promise<Uint8Array> {
    const cached = this.#cache.get(this.#key(number));
    if (cached !== undefined) return Promise.resolve(cached);
    const loading = this.#loading.get(number) ?? this.#start(number);
    this.#loading.set(number, loading);
    return loading;
  }

  async #start(number: number): Promise<Uint8Array> {
    try {
      const chunk = await this.#load(number);
      this.#cache.set(this.#key(number), chunk);
      return chunk;
    } finally {
      this.#loading.delete(number);
    }
  }

  #key(number: number): string {
    return chunkKey(this.#record.id, number);
  }
}
