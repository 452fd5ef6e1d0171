import type { Digest } from '../oci/digest.ts';
import { BottleshipError } from '../oci/errors.ts';
import type { BlobRecord, IngestRecord } from './blobdatabase.ts';
import { BlobDatabase } from './blobdatabase.ts';
import type { BlobReader } from './blobreader.ts';
import { BlockCache, blockKey } from './blockcache.ts';
import { blockSizeOf, ChunkedReader } from './chunkedreader.ts';
import { ChunkWriter } from './chunkwriter.ts';
import type { ContentInfo, ContentStore, ContentWriter, Expected } from './contentstore.ts';
import { resumableFor } from './contentstore.ts';
import { LocalLocks } from './locallocks.ts';
import type { Locks } from './locks.ts';
import { during } from './locks.ts';
import { noBlob } from './memorystore.ts';
import type { StoredChunk } from './storedchunk.ts';
import { partOf } from './storedchunk.ts';
import { Verifier } from './verifier.ts';

export interface IndexedDbOptions {
  /** Bytes of one value; by itself the store chooses. */
  readonly chunkSize?: number;
  /** Bytes kept in memory, so that reads of what is in use answer at once. */
  readonly cacheSize?: number;
  /** Shared by all tabs that may have the database open. */
  readonly locks?: Locks;
}

/** The larger a value is the less a byte of it costs. What has a name to be taken up again under loses less with small ones. */
const largeChunk = 4 << 20;
const smallChunk = 1 << 20;
/** Blobs that are known to be smaller lie in small chunks. */
const largeBlob = 16 << 20;
const defaultCacheSize = 32 << 20;

/** A content store in IndexedDB, which outlives the page. Blobs lie in chunks; none ever stands in memory as a whole. */
export class IndexedDbContentStore implements ContentStore {
  readonly #name: string;
  readonly #database: BlobDatabase;
  readonly #cache: BlockCache;
  readonly #chunkSize: number | undefined;
  readonly #locks: Locks;

  constructor(
    name: string,
    { chunkSize, cacheSize = defaultCacheSize, locks = new LocalLocks() }: IndexedDbOptions = {},
  ) {
    this.#name = name;
    this.#database = new BlobDatabase(name);
    this.#cache = new BlockCache(cacheSize);
    this.#chunkSize = chunkSize;
    this.#locks = locks;
  }

  async info(digest: Digest): Promise<ContentInfo> {
    return { digest, size: (await this.#record(digest)).size };
  }

  async reader(digest: Digest): Promise<BlobReader> {
    const record = await this.#record(digest);
    return new ChunkedReader(record, this.#cache, (number, from, to) =>
      this.#part(digest, record, number, from, to),
    );
  }

  async writer(expected: Expected = {}, ref?: string): Promise<ContentWriter> {
    const verifier = await Verifier.create(expected);
    const id = randomId();
    const release = await this.#locks.exclusive(this.#lockName(ref ?? id));
    try {
      const ingest = await this.#begin(id, this.#chunkSizeFor(expected), ref);
      const chunks = await this.#database.chunkCount(ingest.id);
      return new ChunkWriter({ database: this.#database, verifier, ingest, chunks, release });
    } catch (error) {
      await release();
      throw error;
    }
  }

  async list(): Promise<ContentInfo[]> {
    return (await this.#database.blobs()).map(([digest, { size }]) => ({ digest, size }));
  }

  async settled(milliseconds: number): Promise<Digest[]> {
    const limit = Date.now() - milliseconds;
    const blobs = await this.#database.blobs();
    return blobs.filter(([, { committed }]) => !(committed > limit)).map(([digest]) => digest);
  }

  async delete(digest: Digest): Promise<void> {
    const record = await this.#database.remove(digest);
    if (record === undefined) throw noBlob(digest);
    for (let at = 0, step = blockSizeOf(record); at * step < record.size; at++)
      this.#cache.delete(blockKey(record.id, at));
  }

  /** Who still writes has its lock. */
  async sweep(milliseconds: number = resumableFor): Promise<void> {
    for (const { id, ref, begun } of await this.#database.ingests()) {
      if (ref !== undefined && begun > Date.now() - milliseconds) continue;
      const release = await this.#locks.tryExclusive(this.#lockName(ref ?? id));
      if (release !== undefined) await during(release, () => this.#database.drop(id));
    }
  }

  /**
   * Pages that are not from a secure place have no `navigator.storage`; a browser may refuse to tell. Chromium tells of 10 GB
   * for every page, so that none can be known by its disk: what is less there is found out when it is full.
   */
  async room(): Promise<number> {
    const told = await globalThis.navigator?.storage?.estimate().catch(() => undefined);
    return told?.quota === undefined ? Infinity : Math.max(told.quota - (told.usage ?? 0), 0);
  }

  #chunkSizeFor({ size = Infinity }: Expected): number {
    return this.#chunkSize ?? (size < largeBlob ? smallChunk : largeChunk);
  }

  /** What was begun under the ref, or something new. Its chunks must be of the size that new ones will have. */
  async #begin(id: string, chunkSize: number, ref: string | undefined): Promise<IngestRecord> {
    const all = ref === undefined ? [] : await this.#database.ingests();
    const before = all.find((ingest) => ingest.ref === ref);
    if (before !== undefined && before.chunkSize !== chunkSize) await this.#database.drop(before.id);
    const known = before?.chunkSize === chunkSize ? before.id : id;
    const ingest = { id: known, chunkSize, begun: Date.now(), ...(ref !== undefined && { ref }) };
    await this.#database.begin(ingest);
    return ingest;
  }

  #lockName(ingest: string): string {
    return `${this.#name}/ingest/${ingest}`;
  }

  async #record(digest: Digest): Promise<BlobRecord> {
    const record = await this.#database.record(digest);
    if (record === undefined) throw noBlob(digest);
    return record;
  }

  async #part(
    digest: Digest,
    record: BlobRecord,
    number: number,
    from: number,
    to: number,
  ): Promise<Uint8Array> {
    return partOf(await this.#chunk(digest, record, number), from, to);
  }

  /** A blob that was deleted and fetched again has its chunks elsewhere: a reader of before finds them. */
  async #chunk(digest: Digest, { id, chunkSize }: BlobRecord, number: number): Promise<StoredChunk> {
    const chunk = await this.#database.chunk(id, number);
    if (chunk !== undefined) return chunk;
    const now = await this.#record(digest);
    const again = now.chunkSize === chunkSize ? await this.#database.chunk(now.id, number) : undefined;
    if (again === undefined)
      throw new BottleshipError('internal', `content ${digest}: chunk ${number} is missing`);
    return again;
  }
}

function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
