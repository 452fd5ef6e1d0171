import type { Digest } from '../oci/digest.ts';
import { BottleshipError } from '../oci/errors.ts';
import type { BlobReader } from './blobreader.ts';
import { readChunks } from './blobreader.ts';
import type { ContentInfo, ContentStore, ContentWriter, Expected } from './contentstore.ts';
import { resumableFor } from './contentstore.ts';
import { LocalLocks } from './locallocks.ts';
import type { Release } from './locks.ts';
import { Verifier } from './verifier.ts';

interface Blob {
  readonly chunks: readonly Uint8Array[];
  readonly size: number;
  readonly committed: number;
}

/** What a writer has left behind. */
interface Suspended {
  readonly chunks: readonly Uint8Array[];
  readonly since: number;
}

const defaultChunkSize = 1 << 20;

/** A content store that ends with its process. Its readers answer at once. */
export class MemoryContentStore implements ContentStore {
  readonly #blobs = new Map<Digest, Blob>();
  readonly #suspended = new Map<string, Suspended>();
  readonly #locks = new LocalLocks();
  readonly #chunkSize: number;

  constructor(chunkSize: number = defaultChunkSize) {
    this.#chunkSize = chunkSize;
  }

  async info(digest: Digest): Promise<ContentInfo> {
    return { digest, size: this.#get(digest).size };
  }

  async reader(digest: Digest): Promise<BlobReader> {
    const { chunks, size } = this.#get(digest);
    return {
      size,
      read: (offset, length) => readChunks(chunks, this.#chunkSize, offset, Math.min(offset + length, size)),
    };
  }

  async writer(expected: Expected = {}, ref?: string): Promise<ContentWriter> {
    const verifier = await Verifier.create(expected);
    const release = ref === undefined ? nothing : await this.#locks.exclusive(ref);
    const chunks = ref === undefined ? [] : (this.#suspended.get(ref)?.chunks ?? []);
    if (ref !== undefined) this.#suspended.delete(ref);
    return new MemoryWriter(verifier, chunks, this.#chunkSize, {
      release,
      commit: ({ digest, size }, chunks) => {
        if (!this.#blobs.has(digest)) this.#blobs.set(digest, { chunks, size, committed: Date.now() });
      },
      suspend: (chunks) => {
        if (ref !== undefined && chunks.length > 0) this.#suspended.set(ref, { chunks, since: Date.now() });
      },
    });
  }

  async list(): Promise<ContentInfo[]> {
    return [...this.#blobs].map(([digest, { size }]) => ({ digest, size }));
  }

  async settled(milliseconds: number): Promise<Digest[]> {
    const limit = Date.now() - milliseconds;
    return [...this.#blobs].flatMap(([digest, { committed }]) => (committed > limit ? [] : [digest]));
  }

  async delete(digest: Digest): Promise<void> {
    this.#get(digest);
    this.#blobs.delete(digest);
  }

  async sweep(milliseconds: number = resumableFor): Promise<void> {
    const limit = Date.now() - milliseconds;
    for (const [ref, { since }] of this.#suspended) if (since <= limit) this.#suspended.delete(ref);
  }

  async room(): Promise<number> {
    return Infinity;
  }

  #get(digest: Digest): Blob {
    const found = this.#blobs.get(digest);
    if (found === undefined) throw noBlob(digest);
    return found;
  }
}

/** The error for a digest that a store does not have. */
export function noBlob(digest: Digest): BottleshipError {
  return new BottleshipError('not-found', `content ${digest}: not found`);
}

const nothing: Release = () => Promise.resolve();

interface Ends {
  readonly release: Release;
  commit(info: ContentInfo, chunks: readonly Uint8Array[]): void;
  suspend(chunks: readonly Uint8Array[]): void;
}

class MemoryWriter implements ContentWriter {
  readonly offset: number;
  readonly #verifier: Verifier;
  readonly #ends: Ends;
  readonly #chunks: Uint8Array[];
  /** How many of the chunks have been verified. */
  #seen = 0;
  readonly #left: number;
  readonly #chunkSize: number;
  #last: Uint8Array;
  #filled = 0;
  #open = true;

  constructor(verifier: Verifier, left: readonly Uint8Array[], chunkSize: number, ends: Ends) {
    this.#chunkSize = chunkSize;
    this.#last = new Uint8Array(chunkSize);
    this.#verifier = verifier;
    this.#ends = ends;
    this.#chunks = [...left];
    this.#left = left.length;
    this.offset = left.length * chunkSize;
  }

  async *stored(): AsyncGenerator<Uint8Array> {
    while (this.#seen < this.#left) yield this.#next();
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#orEnd(() => {
      this.#catchUp();
      this.#verifier.update(bytes);
      this.#append(bytes);
    });
  }

  async commit(): Promise<ContentInfo> {
    return this.#orEnd(() => {
      this.#catchUp();
      const info = this.#verifier.finish();
      if (this.#filled > 0) this.#chunks.push(this.#last.slice(0, this.#filled));
      this.#ends.commit(info, this.#chunks);
      this.#end();
      return info;
    });
  }

  async suspend(): Promise<void> {
    if (this.#open) this.#ends.suspend(this.#chunks);
    this.#end();
  }

  async abort(): Promise<void> {
    this.#end();
  }

  #next(): Uint8Array {
    const chunk = this.#chunks[this.#seen++] ?? new Uint8Array();
    this.#verifier.update(chunk);
    return chunk;
  }

  #catchUp(): void {
    while (this.#seen < this.#left) this.#next();
  }

  #append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + this.#chunkSize - this.#filled);
      this.#last.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#chunkSize) continue;
      this.#chunks.push(this.#last);
      this.#last = new Uint8Array(this.#chunkSize);
      this.#filled = 0;
    }
  }

  #end(): void {
    this.#open = false;
    void this.#ends.release();
  }

  #orEnd<T>(body: () => T): T {
    if (!this.#open) throw new BottleshipError('internal', 'the writer has ended');
    try {
      return body();
    } catch (error) {
      this.#end();
      throw error;
    }
  }
}
