import { mkdirSync, openSync, closeSync, readSync, writeSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobReader } from '../../worker/content/blobreader.ts';
import { BlockCache, blockKey } from '../../worker/content/blockcache.ts';
import { blockSizeOf, ChunkedReader } from '../../worker/content/chunkedreader.ts';
import type {
  ContentInfo,
  ContentStore,
  ContentWriter,
  Expected,
} from '../../worker/content/contentstore.ts';
import { resumableFor } from '../../worker/content/contentstore.ts';
import { LocalLocks } from '../../worker/content/locallocks.ts';
import type { Release } from '../../worker/content/locks.ts';
import { during } from '../../worker/content/locks.ts';
import { noBlob } from '../../worker/content/memorystore.ts';
import { StorageFullError } from '../../worker/content/storagefull.ts';
import { Verifier } from '../../worker/content/verifier.ts';
import type { Digest } from '../../worker/oci/digest.ts';
import { digestAlgorithm, digestHex, parseDigest } from '../../worker/oci/digest.ts';

const piece = 1 << 20;

/**
 * A content store in a folder, laid out as an OCI image layout keeps blobs: `blobs/sha256/<hex>`. What is being written
 * lies in `.partial`. Only one process at a time may write to it.
 */
export class FolderStore implements ContentStore {
  readonly #dir: string;
  readonly #locks = new LocalLocks();
  readonly #cache: BlockCache;

  /** So many bytes are kept in memory, so that reads of what is in use answer at once. */
  constructor(dir: string, cacheSize = 0) {
    this.#dir = dir;
    this.#cache = new BlockCache(cacheSize);
  }

  path(digest: Digest): string {
    return join(this.#dir, 'blobs', digestAlgorithm(digest), digestHex(digest));
  }

  async has(digest: Digest): Promise<boolean> {
    return (await sizeOf(this.path(digest))) !== undefined;
  }

  async info(digest: Digest): Promise<ContentInfo> {
    const size = await sizeOf(this.path(digest));
    if (size === undefined) throw noBlob(digest);
    return { digest, size };
  }

  async reader(digest: Digest): Promise<BlobReader> {
    const record = { ...piecesOf(digest), size: (await this.info(digest)).size };
    return new ChunkedReader(record, this.#cache, (number, from, to) =>
      this.#read(digest, number * piece + from, Math.min(to, record.size - number * piece) - from),
    );
  }

  async writer(expected: Expected = {}, ref?: string): Promise<ContentWriter> {
    const verifier = await Verifier.create(expected);
    const path = join(this.#dir, '.partial', ref === undefined ? `new-${crypto.randomUUID()}` : refName(ref));
    const release = await this.#locks.exclusive(path);
    const offset = ref === undefined ? 0 : ((await sizeOf(path)) ?? 0);
    return new FileWriter({ store: this, path, verifier, offset, release, isKept: ref !== undefined });
  }

  async list(): Promise<ContentInfo[]> {
    const root = join(this.#dir, 'blobs');
    const algorithms = await namesIn(root);
    const all = await Promise.all(
      algorithms.map(async (algorithm) =>
        (await namesIn(join(root, algorithm))).map((hex) => parseDigest(`${algorithm}:${hex}`)),
      ),
    );
    return Promise.all(all.flat().map((digest) => this.info(digest)));
  }

  async delete(digest: Digest): Promise<void> {
    const { size } = await this.info(digest);
    await rm(this.path(digest));
    const record = piecesOf(digest);
    for (let at = 0, step = blockSizeOf(record); at * step < size; at++)
      this.#cache.delete(blockKey(record.id, at));
  }

  async settled(milliseconds: number): Promise<Digest[]> {
    const limit = Date.now() - milliseconds;
    const all = await this.list();
    const times = await Promise.all(all.map(({ digest }) => stat(this.path(digest))));
    return all.flatMap(({ digest }, at) => ((times[at]?.mtimeMs ?? limit + 1) <= limit ? [digest] : []));
  }

  async sweep(milliseconds: number = resumableFor): Promise<void> {
    const dir = join(this.#dir, '.partial');
    for (const name of await namesIn(dir)) {
      const path = join(dir, name);
      const release = await this.#locks.tryExclusive(path);
      if (release !== undefined) await during(release, () => removeOlder(path, Date.now() - milliseconds));
    }
  }

  async room(): Promise<number> {
    await mkdir(this.#dir, { recursive: true });
    const { bavail, bsize } = await statfs(this.#dir);
    return bavail * bsize;
  }

  async #read(digest: Digest, offset: number, length: number): Promise<Uint8Array> {
    if (length <= 0) return new Uint8Array();
    try {
      const file = await open(this.path(digest));
      try {
        const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? noBlob(digest) : error;
    }
  }
}

interface WriterParts {
  readonly store: FolderStore;
  readonly path: string;
  readonly verifier: Verifier;
  /** Bytes that are in the file already. */
  readonly offset: number;
  /** Whether `suspend` keeps the file. */
  readonly isKept: boolean;
  readonly release: Release;
}

class FileWriter implements ContentWriter {
  readonly offset: number;
  readonly #parts: WriterParts;
  #file: number | undefined;
  #at: number;
  /** Up to where what was there has been verified. */
  #seen = 0;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.offset = parts.offset;
    this.#at = parts.offset;
    mkdirSync(join(parts.path, '..'), { recursive: true });
    this.#file = openSync(parts.path, parts.offset > 0 ? 'r+' : 'w');
  }

  async *stored(): AsyncGenerator<Uint8Array> {
    if (this.#seen === this.offset) return;
    for await (const chunk of fileBytes(this.#parts.path, this.offset)) {
      this.#parts.verifier.update(chunk);
      this.#seen += chunk.length;
      yield chunk;
    }
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.#orAbort(async () => {
      await this.#catchUp();
      this.#parts.verifier.update(chunk);
      for (let done = 0; done < chunk.length;) {
        const written = writeSync(this.#open(), chunk, done, chunk.length - done, this.#at);
        done += written;
        this.#at += written;
      }
    });
  }

  commit(): Promise<ContentInfo> {
    return this.#orAbort(async () => {
      await this.#catchUp();
      const info = this.#parts.verifier.finish();
      const path = this.#parts.store.path(info.digest);
      await mkdir(join(path, '..'), { recursive: true });
      await rename(this.#parts.path, path);
      await this.#close();
      return info;
    });
  }

  async suspend(): Promise<void> {
    if (!this.#parts.isKept) return this.abort();
    await this.#close();
  }

  async abort(): Promise<void> {
    if (this.#file === undefined) return;
    await rm(this.#parts.path, { force: true });
    await this.#close();
  }

  async #catchUp(): Promise<void> {
    if (this.#seen < this.offset) for await (const _ of this.stored());
  }

  #open(): number {
    if (this.#file === undefined) throw new Error('the writer has ended');
    return this.#file;
  }

  async #close(): Promise<void> {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    await this.#parts.release();
  }

  async #orAbort<T>(body: () => Promise<T>): Promise<T> {
    this.#open();
    try {
      return await body();
    } catch (error) {
      await this.abort();
      throw isFull(error) ? new StorageFullError(error, fullDisk) : error;
    }
  }
}

/** A blob's place in the cache. */
function piecesOf(digest: Digest): { readonly id: string; readonly chunkSize: number } {
  return { id: digest, chunkSize: piece };
}

/** A ref as the name of a file. */
function refName(ref: string): string {
  return `ref-${encodeURIComponent(ref)}`;
}

async function removeOlder(path: string, limit: number): Promise<void> {
  const isOlder = path.includes('/.partial/new-') || (await stat(path)).mtimeMs <= limit;
  if (isOlder) await rm(path, { force: true });
}

/** The first bytes of a file, in pieces; nothing where there is none. */
export async function* fileBytes(path: string, size?: number): AsyncGenerator<Uint8Array> {
  const end = size ?? (await sizeOf(path)) ?? 0;
  if (end === 0) return;
  const file = openSync(path, 'r');
  try {
    for (let at = 0; at < end;) {
      const chunk = new Uint8Array(Math.min(piece, end - at));
      const read = readSync(file, chunk, 0, chunk.length, at);
      if (read === 0) throw new Error(`${path} has become shorter`);
      at += read;
      yield chunk.subarray(0, read);
    }
  } finally {
    closeSync(file);
  }
}

const fullDisk = 'the disk is full; remove images (docker image prune -a) or free space on it';

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
