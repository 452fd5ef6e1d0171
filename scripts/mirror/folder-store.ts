import { mkdirSync, openSync, closeSync, readSync, writeSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobReader } from '../../worker/content/blobreader.ts';
import type {
  ContentInfo,
  ContentStore,
  ContentWriter,
  Expected,
} from '../../worker/content/contentstore.ts';
import { noBlob } from '../../worker/content/memorystore.ts';
import { Verifier } from '../../worker/content/verifier.ts';
import type { Digest } from '../../worker/oci/digest.ts';
import { digestAlgorithm, digestHex, parseDigest } from '../../worker/oci/digest.ts';

const piece = 1 << 20;

/**
 * A content store in a folder, laid out as an OCI image layout keeps blobs: `blobs/sha256/<hex>`. What is being written
 * lies in `.partial`; of a blob whose digest is known it stays there after an abort, for `resume`.
 */
export class FolderStore implements ContentStore {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
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
    const { size } = await this.info(digest);
    return { size, read: (offset, length) => this.#read(digest, offset, Math.min(length, size - offset)) };
  }

  async writer(expected: Expected = {}): Promise<ContentWriter> {
    return new FileWriter(this, this.#newPartial(), await Verifier.create(expected));
  }

  /**
   * Goes on where an earlier attempt at this blob has ended. `have` are the bytes that are there already. An `abort` keeps
   * them; after `commit` has failed they are gone.
   */
  async resume({ digest, size }: Required<Expected>): Promise<{ writer: ContentWriter; have: number }> {
    const verifier = await Verifier.create({ digest, size });
    const path = join(this.#partials(), digestHex(digest));
    const have = Math.min((await sizeOf(path)) ?? 0, size);
    for await (const chunk of fileBytes(path, have)) verifier.update(chunk);
    return { writer: new FileWriter(this, path, verifier, have), have };
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
    await this.info(digest);
    await rm(this.path(digest));
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

  #partials(): string {
    return join(this.#dir, '.partial');
  }

  #newPartial(): string {
    return join(this.#partials(), `new-${crypto.randomUUID()}`);
  }
}

class FileWriter implements ContentWriter {
  readonly #store: FolderStore;
  readonly #path: string;
  readonly #verifier: Verifier;
  readonly #keep: boolean;
  #file: number | undefined;

  /** Goes on after `have` bytes of a file that is to be kept when it is given up; makes a new one without. */
  constructor(store: FolderStore, path: string, verifier: Verifier, have?: number) {
    this.#store = store;
    this.#path = path;
    this.#verifier = verifier;
    this.#keep = have !== undefined;
    mkdirSync(join(path, '..'), { recursive: true });
    this.#file = openSync(path, have ? 'r+' : 'w');
    if (have) this.#at = have;
  }

  #at = 0;

  async write(chunk: Uint8Array): Promise<void> {
    try {
      this.#verifier.update(chunk);
    } catch (error) {
      await this.#drop();
      throw error;
    }
    for (let done = 0; done < chunk.length;) {
      const written = writeSync(this.#open(), chunk, done, chunk.length - done, this.#at);
      done += written;
      this.#at += written;
    }
  }

  async commit(): Promise<ContentInfo> {
    try {
      const info = this.#verifier.finish();
      this.#close();
      const path = this.#store.path(info.digest);
      await mkdir(join(path, '..'), { recursive: true });
      await rename(this.#path, path);
      return info;
    } catch (error) {
      await this.#drop();
      throw error;
    }
  }

  async abort(): Promise<void> {
    if (this.#file === undefined) return;
    if (this.#keep) this.#close();
    else await this.#drop();
  }

  #open(): number {
    if (this.#file === undefined) throw new Error('the writer has ended');
    return this.#file;
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  async #drop(): Promise<void> {
    this.#close();
    await rm(this.#path, { force: true });
  }
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
