import { BottleshipError } from '../oci/errors.ts';
import type { BlobDatabase, IngestRecord } from './blobdatabase.ts';
import { orAbort } from './orabort.ts';
import type { ContentInfo, ContentWriter } from './contentstore.ts';
import { free } from './free.ts';
import type { Release } from './locks.ts';
import { partOf } from './storedchunk.ts';
import type { Verifier } from './verifier.ts';

export interface ChunkWriterParts {
  readonly database: BlobDatabase;
  readonly verifier: Verifier;
  readonly ingest: IngestRecord;
  /** How many chunks a writer before has left, all of them full. */
  readonly chunks: number;
  readonly release: Release;
}

/** Chunks under way to the database, for each writer: it takes the next one while it stores this one. */
const depth = 3;

/** Writes a blob in chunks, a few of which are under way to the database while the next one is filled. */
export class ChunkWriter implements ContentWriter {
  readonly offset: number;
  readonly #parts: ChunkWriterParts;
  readonly #underWay: Promise<void>[] = [];
  /** The database copies it, so that it is filled again and again. */
  #chunk: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;
  #count: number;
  /** How many of the chunks that were left have been verified. */
  #seen = 0;
  #open = true;

  constructor(parts: ChunkWriterParts) {
    this.#parts = parts;
    this.#count = parts.chunks;
    this.offset = parts.chunks * parts.ingest.chunkSize;
  }

  async *stored(): AsyncGenerator<Uint8Array> {
    for (const left = this.#parts.chunks; this.#seen < left;)
      yield await orAbort(this, this.#open, () => this.#next());
  }

  write(bytes: Uint8Array): Promise<void> {
    return orAbort(this, this.#open, async () => {
      await this.#catchUp();
      this.#parts.verifier.update(bytes);
      await this.#append(bytes);
    });
  }

  commit(): Promise<ContentInfo> {
    return orAbort(this, this.#open, async () => {
      await this.#catchUp();
      const info = this.#parts.verifier.finish();
      if (this.#filled > 0) await this.#flush();
      await Promise.all(this.#underWay);
      const { id, chunkSize } = this.#parts.ingest;
      const record = { id, chunkSize, size: info.size, committed: Date.now() };
      await this.#parts.database.commit(info.digest, record);
      await this.#end();
      return info;
    });
  }

  async suspend(): Promise<void> {
    if (!this.#open) return;
    if (this.#parts.ingest.ref === undefined) return this.abort();
    await Promise.allSettled(this.#underWay);
    await this.#end();
  }

  async abort(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await Promise.allSettled(this.#underWay);
    try {
      await this.#parts.database.drop(this.#parts.ingest.id);
    } finally {
      await this.#end();
    }
  }

  /** The next one of the chunks that were left. */
  async #next(): Promise<Uint8Array> {
    const { database, ingest, verifier } = this.#parts;
    const chunk = await database.chunk(ingest.id, this.#seen++);
    if (chunk === undefined) throw new BottleshipError('internal', 'what was written before is gone');
    const bytes = await partOf(chunk);
    verifier.update(bytes);
    return bytes;
  }

  async #catchUp(): Promise<void> {
    while (this.#seen < this.#parts.chunks) await this.#next();
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const { chunkSize } = this.#parts.ingest;
    for (let at = 0; at < bytes.length;) {
      this.#chunk ??= new Uint8Array(chunkSize);
      const part = bytes.subarray(at, at + chunkSize - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === chunkSize) await this.#flush();
    }
  }

  /** Waits only when too much is under way. */
  async #flush(): Promise<void> {
    const { database, ingest } = this.#parts;
    if (this.#chunk === undefined) return;
    const bytes = this.#chunk.subarray(0, this.#filled);
    this.#filled = 0;
    const stored = database.putChunk(ingest.id, this.#count++, bytes);
    // What fails is told by whoever waits for it, which may be later.
    stored.catch(() => undefined);
    this.#underWay.push(stored);
    if (this.#underWay.length >= depth) await this.#underWay.shift();
  }

  async #end(): Promise<void> {
    this.#open = false;
    if (this.#chunk !== undefined) free(this.#chunk);
    this.#chunk = undefined;
    await this.#parts.release();
  }
}
