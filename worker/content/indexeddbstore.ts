import type { Digest } from '../oci/digest.ts';
import { BottleshipError } from '../oci/errors.ts';
import type { BlobRecord } from './blobdatabase.ts';
import { BlobDatabase } from './blobdatabase.ts';
import type { BlobReader } from './blobreader.ts';
import { ChunkCache, chunkKey } from './chunkcache.ts';
import { ChunkedReader } from './chunkedreader.ts';
import type { ContentInfo, ContentStore, ContentWriter, Expected } from './contentstore.ts';
import { noBlob } from './memorystore.ts';
import { Verifier } from './verifier.ts';

export interface IndexedDbOptions {
  /** Bytes of one value. */
  readonly chunkSize?: number;
  /** Bytes of chunks kept in memory, so that reads of what is in use answer at once. */
  readonly cacheSize?: number;
}

const defaultChunkSize = 1 << 20;
const defaultCacheSize = 64 << 20;

/** Older than this, a writer that has not committed belongs to a tab that is gone. */
const abandonedAfter = 24 * 3600 * 1000;

/** A content store in IndexedDB, which outlives the page. Blobs lie in chunks; none ever stands in memory as a whole. */
export class IndexedDbContentStore implements ContentStore {
  readonly #database: BlobDatabase;
  readonly #cache: ChunkCache;
  readonly #chunkSize: number;

  constructor(
    name: string,
    { chunkSize = defaultChunkSize, cacheSize = defaultCacheSize }: IndexedDbOptions = {},
  ) {
    this.#database = new BlobDatabase(name);
    this.#cache = new ChunkCache(cacheSize);
    this.#chunkSize = chunkSize;
  }

  async info(digest: Digest): Promise<ContentInfo> {
    return { digest, size: (await this.#record(digest)).size };
  }

  async reader(digest: Digest): Promise<BlobReader> {
    const record = await this.#record(digest);
    return new ChunkedReader(record, this.#cache, (number) => this.#chunk(digest, record, number));
  }

  async writer(expected: Expected = {}): Promise<ContentWriter> {
    const verifier = await Verifier.create(expected);
    const record = { id: randomId(), chunkSize: this.#chunkSize };
    await stored(this.#database.begin(record.id));
    return new ChunkWriter(this.#database, this.#cache, verifier, record);
  }

  async list(): Promise<ContentInfo[]> {
    const digests = await this.#database.digests();
    const records = await Promise.all(digests.map((digest) => this.#database.record(digest)));
    return digests.flatMap((digest, i) => {
      const record = records[i];
      return record === undefined ? [] : [{ digest, size: record.size }];
    });
  }

  async delete(digest: Digest): Promise<void> {
    const record = await this.#database.remove(digest);
    if (record === undefined) throw noBlob(digest);
    for (let i = 0; i * record.chunkSize < record.size; i++) this.#cache.delete(chunkKey(record.id, i));
  }

  /** Drops what writers of tabs long gone have left behind. To be called when there is time. */
  async sweep(olderThan: number = abandonedAfter): Promise<void> {
    for (const id of await this.#database.abandoned(Date.now() - olderThan)) await this.#database.drop(id);
  }

  async #record(digest: Digest): Promise<BlobRecord> {
    const record = await this.#database.record(digest);
    if (record === undefined) throw noBlob(digest);
    return record;
  }

  /** A blob that was deleted and fetched again has its chunks elsewhere: a reader of before finds them. */
  async #chunk(digest: Digest, { id, chunkSize }: BlobRecord, number: number): Promise<Uint8Array> {
    const bytes = await this.#database.chunk(id, number);
    if (bytes !== undefined) return bytes;
    const now = await this.#record(digest);
    const again = now.chunkSize === chunkSize ? await this.#database.chunk(now.id, number) : undefined;
    if (again === undefined)
      throw new BottleshipError('internal', `content ${digest}: chunk ${number} is missing`);
    return again;
  }
}

class ChunkWriter implements ContentWriter {
  readonly #database: BlobDatabase;
  readonly #cache: ChunkCache;
  readonly #verifier: Verifier;
  readonly #id: string;
  readonly #chunkSize: number;
  #chunk: Uint8Array;
  #filled = 0;
  #count = 0;
  #open = true;

  constructor(
    database: BlobDatabase,
    cache: ChunkCache,
    verifier: Verifier,
    { id, chunkSize }: Pick<BlobRecord, 'id' | 'chunkSize'>,
  ) {
    this.#database = database;
    this.#cache = cache;
    this.#verifier = verifier;
    this.#id = id;
    this.#chunkSize = chunkSize;
    this.#chunk = new Uint8Array(chunkSize);
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.#orAbort(async () => {
      this.#verifier.update(chunk);
      for (let at = 0; at < chunk.length;) {
        const part = chunk.subarray(at, at + this.#chunkSize - this.#filled);
        this.#chunk.set(part, this.#filled);
        this.#filled += part.length;
        at += part.length;
        if (this.#filled === this.#chunkSize) await this.#flush();
      }
    });
  }

  commit(): Promise<ContentInfo> {
    return this.#orAbort(async () => {
      const info = this.#verifier.finish();
      if (this.#filled > 0) await this.#flush();
      const record = { id: this.#id, chunkSize: this.#chunkSize, size: info.size };
      await stored(this.#database.commit(info.digest, record));
      this.#open = false;
      return info;
    });
  }

  async abort(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    for (let i = 0; i < this.#count; i++) this.#cache.delete(chunkKey(this.#id, i));
    await this.#database.drop(this.#id);
  }

  async #flush(): Promise<void> {
    const number = this.#count++;
    const bytes = this.#chunk.subarray(0, this.#filled).slice();
    await stored(this.#database.putChunk(this.#id, number, bytes));
    this.#cache.set(chunkKey(this.#id, number), bytes);
    this.#filled = 0;
  }

  async #orAbort<T>(body: () => Promise<T>): Promise<T> {
    if (!this.#open) throw new BottleshipError('internal', 'the writer has ended');
    try {
      return await body();
    } catch (error) {
      await this.abort();
      throw error;
    }
  }
}

/** Says what a full disk means in our words. */
async function stored<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name !== 'QuotaExceededError') throw cause;
    throw new BottleshipError('unavailable', 'no space left in the browser’s storage', { cause });
  }
}

function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
