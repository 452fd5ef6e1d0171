import type { LogRecord } from './store.ts';

/** f64 time, u32 length and stream. */
const headerSize = 12;
const smallestBlock = 4 * 1024;
const largestBlock = 256 * 1024;

interface Block {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  used: number;
}

/** A place in the ring: a block's number since the beginning and an offset in it. */
export interface Cursor {
  block: number;
  offset: number;
}

/**
 * Log records in a bounded number of bytes (4 kB at least): blocks of packed records, of which the oldest is dropped for a new one.
 * A record that is longer than a block is kept in pieces.
 */
export class LogRing {
  readonly #maxSize: number;
  readonly #blocks: Block[] = [];
  #dropped = 0;
  #size = 0;

  constructor(maxSize: number) {
    this.#maxSize = Math.max(maxSize, smallestBlock);
  }

  /** Bytes of memory in use. */
  get size(): number {
    return this.#size;
  }

  append(record: LogRecord): void {
    let rest = record.bytes;
    while (rest.length > 0) {
      const block = this.#blockFor(rest.length);
      const piece = rest.subarray(0, block.bytes.length - block.used - headerSize);
      put(block, record, piece);
      rest = rest.subarray(piece.length);
    }
  }

  start(): Cursor {
    return { block: this.#dropped, offset: 0 };
  }

  /** Behind the last record. */
  end(): Cursor {
    const last = this.#blocks.length - 1;
    return { block: this.#dropped + Math.max(last, 0), offset: this.#blocks[last]?.used ?? 0 };
  }

  /** The record at the cursor, which moves behind it; undefined at the end. The bytes are a copy. */
  next(cursor: Cursor): LogRecord | undefined {
    if (cursor.block < this.#dropped) Object.assign(cursor, this.start());
    const block = this.#blocks[cursor.block - this.#dropped];
    if (block === undefined) return undefined;
    if (cursor.offset < block.used) return take(block, cursor);
    if (cursor.block - this.#dropped === this.#blocks.length - 1) return undefined;
    cursor.block += 1;
    cursor.offset = 0;
    return this.next(cursor);
  }

  /** A block with room for some of the record: a little is not worth a split, unless the record needs one anyway. */
  #blockFor(length: number): Block {
    const last = this.#blocks.at(-1);
    const room = last === undefined ? 0 : last.bytes.length - last.used - headerSize;
    if (last !== undefined && room >= Math.min(length, 1024)) return last;
    return this.#grow(length);
  }

  #grow(length: number): Block {
    const doubled = (this.#blocks.at(-1)?.bytes.length ?? smallestBlock / 2) * 2;
    const size = Math.min(Math.max(doubled, length + headerSize), largestBlock, this.#maxSize);
    this.#makeRoom(size);
    const bytes = new Uint8Array(size);
    const block = { bytes, view: new DataView(bytes.buffer), used: 0 };
    this.#blocks.push(block);
    this.#size += size;
    return block;
  }

  #makeRoom(size: number): void {
    while (this.#size + size > this.#maxSize) {
      const oldest = this.#blocks.shift();
      if (oldest === undefined) return;
      this.#dropped += 1;
      this.#size -= oldest.bytes.length;
    }
  }
}

function put(block: Block, { time, stream }: LogRecord, piece: Uint8Array): void {
  block.view.setFloat64(block.used, time);
  block.view.setUint32(block.used + 8, piece.length * 2 + (stream === 'stderr' ? 1 : 0));
  block.bytes.set(piece, block.used + headerSize);
  block.used += headerSize + piece.length;
}

function take({ bytes, view }: Block, cursor: Cursor): LogRecord {
  const at = cursor.offset;
  const packed = view.getUint32(at + 8);
  const length = packed >>> 1;
  cursor.offset += headerSize + length;
  return {
    time: view.getFloat64(at),
    stream: packed & 1 ? 'stderr' : 'stdout',
    bytes: bytes.slice(at + headerSize, at + headerSize + length),
  };
}
