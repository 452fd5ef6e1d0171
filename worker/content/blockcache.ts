/** Parts of blobs in memory, up to a number of bytes; the ones not used for longest go first. */
export class BlockCache {
  readonly #blocks = new Map<string, Uint8Array>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(key: string): Uint8Array | undefined {
    const block = this.#blocks.get(key);
    if (block === undefined) return undefined;
    this.#blocks.delete(key);
    this.#blocks.set(key, block);
    return block;
  }

  /** Whether a block is here, without counting as a use. */
  has(key: string): boolean {
    return this.#blocks.has(key);
  }

  set(key: string, block: Uint8Array): void {
    this.delete(key);
    this.#blocks.set(key, block);
    this.#bytes += block.length;
    for (const oldest of this.#blocks.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#blocks.get(key)?.length ?? 0;
    this.#blocks.delete(key);
  }
}

/** The name of a blob's block in the cache. */
export function blockKey(id: string, number: number): string {
  return `${id}/${number}`;
}
