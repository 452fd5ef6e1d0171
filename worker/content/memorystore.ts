import type { Digest } from '../oci/digest.ts';
import { BottleshipError } from '../oci/errors.ts';
import type { BlobReader } from './blobreader.ts';
import { memoryReader } from './blobreader.ts';
import type { ContentInfo, ContentStore, ContentWriter, Expected } from './contentstore.ts';
import { Verifier } from './verifier.ts';

/** A content store that ends with its process. Its readers answer at once. */
export class MemoryContentStore implements ContentStore {
  readonly #blobs = new Map<Digest, Uint8Array>();

  async info(digest: Digest): Promise<ContentInfo> {
    return { digest, size: this.#get(digest).length };
  }

  async reader(digest: Digest): Promise<BlobReader> {
    return memoryReader(this.#get(digest));
  }

  async writer(expected: Expected = {}): Promise<ContentWriter> {
    return new MemoryWriter(await Verifier.create(expected), (digest, bytes) => {
      if (!this.#blobs.has(digest)) this.#blobs.set(digest, bytes);
    });
  }

  async list(): Promise<ContentInfo[]> {
    return [...this.#blobs].map(([digest, { length }]) => ({ digest, size: length }));
  }

  async delete(digest: Digest): Promise<void> {
    this.#get(digest);
    this.#blobs.delete(digest);
  }

  #get(digest: Digest): Uint8Array {
    const found = this.#blobs.get(digest);
    if (found === undefined) throw noBlob(digest);
    return found;
  }
}

/** The error for a digest that a store does not have. */
export function noBlob(digest: Digest): BottleshipError {
  return new BottleshipError('not-found', `content ${digest}: not found`);
}

class MemoryWriter implements ContentWriter {
  readonly #verifier: Verifier;
  readonly #done: (digest: Digest, bytes: Uint8Array) => void;
  #parts: Uint8Array[] = [];

  constructor(verifier: Verifier, done: (digest: Digest, bytes: Uint8Array) => void) {
    this.#verifier = verifier;
    this.#done = done;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#verifier.update(chunk);
    this.#parts.push(chunk.slice());
  }

  async commit(): Promise<ContentInfo> {
    const info = this.#verifier.finish();
    this.#done(info.digest, joined(this.#parts, info.size));
    return info;
  }

  async abort(): Promise<void> {
    this.#parts = [];
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
