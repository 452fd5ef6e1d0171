import type { BlobReader } from './blobreader.ts';
import { cut } from './blobreader.ts';
import type { BlockCache } from './blockcache.ts';
import { blockKey } from './blockcache.ts';

/** What is read of a chunk at once: asking takes most of the time of a small read, and Linux reads ahead as much. */
const blockSize = 128 << 10;

/** A blob that lies in chunks. */
export interface ChunkedBlob {
  /** Names it in the cache. */
  readonly id: string;
  readonly size: number;
  readonly chunkSize: number;
}

/** A block never lies in two chunks. */
export function blockSizeOf({ chunkSize }: Pick<ChunkedBlob, 'chunkSize'>): number {
  return chunkSize % blockSize === 0 ? blockSize : chunkSize;
}

/** Reads from one chunk. */
type LoadPart = (chunk: number, from: number, to: number) => Promise<Uint8Array>;

/** Reads a blob that lies in chunks, by blocks: at once from those in the cache, by a promise when one must be loaded. */
export class ChunkedReader implements BlobReader {
  readonly size: number;
  readonly #record: ChunkedBlob;
  readonly #blockSize: number;
  readonly #cache: BlockCache;
  readonly #load: LoadPart;
  readonly #loading = new Map<number, Promise<Uint8Array>>();

  constructor(record: ChunkedBlob, cache: BlockCache, load: LoadPart) {
    this.size = record.size;
    this.#record = record;
    this.#blockSize = blockSizeOf(record);
    this.#cache = cache;
    this.#load = load;
  }

  read(offset: number, length: number): Uint8Array | Promise<Uint8Array> {
    const end = Math.min(offset + length, this.size);
    if (offset >= end) return new Uint8Array();
    const size = this.#blockSize;
    const first = Math.floor(offset / size);
    const last = Math.floor((end - 1) / size);
    const [from, to] = [offset - first * size, end - first * size];
    const cached = this.#cached(first, last);
    if (cached !== undefined) return cut(cached, from, to, size);
    return this.#loaded(first, last).then((blocks) => cut(blocks, from, to, size));
  }

  #cached(first: number, last: number): Uint8Array[] | undefined {
    const blocks: Uint8Array[] = [];
    for (let number = first; number <= last; number++) {
      const block = this.#cache.get(this.#key(number));
      if (block === undefined) return undefined;
      blocks.push(block);
    }
    return blocks;
  }

  /** Loads what is wanted, and ahead of being asked the block after it: files are mostly read on. */
  async #loaded(first: number, last: number): Promise<Uint8Array[]> {
    const wanted = Array.from({ length: last - first + 1 }, (_, i) => this.#block(first + i));
    if ((last + 1) * this.#blockSize < this.size) this.#block(last + 1).catch(() => undefined);
    return Promise.all(wanted);
  }

  #block(number: number): Promise<Uint8Array> {
    const cached = this.#cache.get(this.#key(number));
    if (cached !== undefined) return Promise.resolve(cached);
    const loading = this.#loading.get(number) ?? this.#start(number);
    this.#loading.set(number, loading);
    return loading;
  }

  async #start(number: number): Promise<Uint8Array> {
    try {
      const at = number * this.#blockSize;
      const { chunkSize } = this.#record;
      const block = await this.#load(
        Math.floor(at / chunkSize),
        at % chunkSize,
        (at % chunkSize) + this.#blockSize,
      );
      this.#cache.set(this.#key(number), block);
      return block;
    } finally {
      this.#loading.delete(number);
    }
  }

  #key(number: number): string {
    return blockKey(this.#record.id, number);
  }
}
