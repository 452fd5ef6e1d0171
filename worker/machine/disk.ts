/** The block device that v86 asks for: it is an object of ours with this shape. */
export interface Disk {
  readonly byteLength: number;
  onload?: (event: object) => void;
  load(): void;
  get(start: number, length: number, done: (bytes: Uint8Array) => void): void;
  set(start: number, bytes: Uint8Array, done: () => void): void;
  /** As `get`; v86 asks so for what it will want again without waiting. */
  get_and_cache(start: number, length: number, done: (bytes: Uint8Array) => void): void;
  /** What is there without waiting. */
  get_from_cache(start: number, length: number): Uint8Array;
  get_state(): unknown[];
  set_state(state: unknown[]): void;
}

const chunkSize = 64 * 1024;

/**
 * A disk in memory. Chunks that were never written are zeros and take no space. Its contents are not part of a saved
 * state: the state is saved with an empty disk, and what is on it is attached to each machine.
 */
export class MemoryDisk implements Disk {
  readonly byteLength: number;
  onload?: (event: object) => void;
  readonly #chunks = new Map<number, Uint8Array>();

  /** @param byteLength a multiple of the sector size, 512 */
  constructor(byteLength: number) {
    this.byteLength = byteLength;
  }

  load(): void {
    this.onload?.({});
  }

  get(start: number, length: number, done: (bytes: Uint8Array) => void): void {
    done(this.read(start, length));
  }

  get_and_cache(start: number, length: number, done: (bytes: Uint8Array) => void): void {
    this.get(start, length, done);
  }

  get_from_cache(start: number, length: number): Uint8Array {
    return this.read(start, length);
  }

  set(start: number, bytes: Uint8Array, done: () => void): void {
    this.write(start, bytes);
    done();
  }

  get_state(): unknown[] {
    return [];
  }

  set_state(_state: unknown[]): void {}

  /** Bytes that are held in memory. */
  get used(): number {
    return this.#chunks.size * chunkSize;
  }

  read(start: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    eachPiece(start, length, (chunk, offset, at, size) => {
      const bytes = this.#chunks.get(chunk);
      if (bytes) out.set(bytes.subarray(offset, offset + size), at);
    });
    return out;
  }

  write(start: number, bytes: Uint8Array): void {
    eachPiece(start, bytes.length, (chunk, offset, at, size) => {
      this.#chunk(chunk).set(bytes.subarray(at, at + size), offset);
    });
  }

  #chunk(number: number): Uint8Array {
    const known = this.#chunks.get(number);
    if (known) return known;
    const fresh = new Uint8Array(chunkSize);
    this.#chunks.set(number, fresh);
    return fresh;
  }
}

function eachPiece(
  start: number,
  length: number,
  visit: (chunk: number, offset: number, at: number, size: number) => void,
): void {
  for (let at = 0; at < length;) {
    const position = start + at;
    const offset = position % chunkSize;
    const size = Math.min(chunkSize - offset, length - at);
    visit((position - offset) / chunkSize, offset, at, size);
    at += size;
  }
}
