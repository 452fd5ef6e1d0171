import type { Digest } from '../oci/digest.ts';
import { BottleshipError } from '../oci/errors.ts';
import type { BlobRecord, IngestRecord } from './blobdatabase.ts';
import { BlobDatabase } from './blobdatabase.ts';
import type { BlobReader } from './blobreader.ts';
import { ChunkCache, chunkKey } from './chunkcache.ts';
import { ChunkedReader } from './chunkedreader.ts';
import { ChunkWriter } from './chunkwriter.ts';
import type { ContentInfo, ContentStore, ContentWriter, Expected } from './contentstore.ts';
import { resumableFor } from './contentstore.ts';
import { LocalLocks } from './locallocks.ts';
import type { Locks } from './locks.ts';
import { during } from './locks.ts';
import { noBlob } from './memorystore.ts';
import { Verifier } from './verifier.ts';

export interface IndexedDbOptions {
  /** Bytes of one value. */
  readonly chunkSize?: number;
  /** Bytes of chunks kept in memory, so that reads of what is in use answer at once. */
  readonly cacheSize?: number;
  /** Shared by all tabs that may have the database open. */
  readonly locks?: Locks;
}

const defaultChunkSize = 256 << 10;
const defaultCacheSize = 32 << 20;

/** A content store in IndexedDB, which outlives the page. Blobs lie in chunks; none ever stands in memory as a whole. */
export class IndexedDbContentStore implements ContentStore {
  readonly #name: string;
  readonly #database: BlobDatabase;
  readonly #cache: ChunkCache;
  readonly #chunkSize: number;
  readonly #locks: Locks;

  constructor(
    name: string,
    {
      chunkSize = defaultChunkSize,
      cacheSize = defaultCacheSize,
      locks = new LocalLocks(),
    }: IndexedDbOptions = {},
  ) {
    this.#name = name;
    this.#database = new BlobDatabase(name);
    this.#cache = new ChunkCache(cacheSize);
    this.#chunkSize = chunkSize;
    this.#locks = locks;
  }

  async info(digest: Digest): Promise<ContentInfo> {
    return { digest, size: (await this.#record(digest)).size };
  }

  async reader(digest: Digest): Promise<BlobReader> {
    const record = await this.#record(digest);
    return new ChunkedReader(record, this.#cache, (number) => this.#chunk(digest, record, number));
  }

  async writer(expected: Expected = {}, ref?: string): Promise<ContentWriter> {
    const verifier = await Verifier.create(expected);
    const id = randomId();
    const release = await this.#locks.exclusive(this.#lockName(ref ?? id));
    try {
      const ingest = await this.#begin(id, ref);
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
    for (let i = 0; i * record.chunkSize < record.size; i++) this.#cache.delete(chunkKey(record.id, i));
  }

  /** Who still writes has its lock. */
  async sweep(milliseconds: number = resumableFor): Promise<void> {
    for (const { id, ref, begun } of await this.#database.ingests()) {
      if (ref !== undefined && begun > Date.now() - milliseconds) continue;
      const release = await this.#locks.tryExclusive(this.#lockName(ref ?? id));
      if (release !== undefined) await during(release, () => this.#database.drop(id));
    }
  }

  /** What was begun under the ref, or something new. Its chunks must be of the size that new ones will have. */
  async #begin(id: string, ref: string | undefined): Promise<IngestRecord> {
    const all = ref === undefined ? [] : await this.#database.ingests();
    const before = all.find((ingest) => ingest.ref === ref);
    if (before !== undefined && before.chunkSize !== this.#chunkSize) await this.#database.drop(before.id);
    const known = before?.chunkSize === this.#chunkSize ? before.id : id;
    const begun = Date.now();
    const ingest = { id: known, chunkSize: this.#chunkSize, begun, ...(ref !== undefined && { ref }) };
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

function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
