/** Chunks in memory, up to a number of bytes; the ones not used for longest go first. */
export class ChunkCache {
  readonly #chunks = new Map<string, Uint8Array>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(key: string): Uint8Array | undefined {
    const chunk = this.#chunks.get(key);
    if (chunk === undefined) return undefined;
    this.#chunks.delete(key);
    this.#chunks.set(key, chunk);
    return chunk;
  }

  /** Whether a chunk is here, without counting as a use. */
  has(key: string): boolean {
    return this.#chunks.has(key);
  }

  set(key: string, chunk: Uint8Array): void {
    this.delete(key);
    this.#chunks.set(key, chunk);
    this.#bytes += chunk.length;
    for (const oldest of this.#chunks.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#chunks.get(key)?.length ?? 0;
    this.#chunks.delete(key);
  }
}

/** The name of a blob's chunk in the cache. */
export function chunkKey(id: string, number: number): string {
  return `${id}/${number}`;
}
