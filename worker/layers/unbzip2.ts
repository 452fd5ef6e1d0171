import { errorMessage, invalid } from '../oci/errors.ts';

/** Of a block, packed, at most: a little more than what it unpacks to. */
const slack = 25_000;
const blockUnit = 100_000;

/** Unpacks bzip2, block by block, also several streams one after the other. Broken data fails with `invalid`. */
export async function* unpackBzip2(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const [{ default: bzip2 }, { default: bitIterator }] = await Promise.all([
    import('unbzip2-stream/lib/bzip2.js'),
    import('unbzip2-stream/lib/bit_iterator.js'),
  ]);
  const queue: Uint8Array[] = [];
  const blocks = new BlockReader(bzip2, () => bitIterator(() => queue.shift() ?? ended()));
  for await (const chunk of packed) {
    if (chunk.length === 0) continue;
    queue.push(chunk);
    blocks.received += chunk.length;
    while (blocks.hasWhole) yield* blocks.next();
  }
  while (blocks.left > 0) yield* blocks.next();
  if (blocks.isInside) ended();
}

type Bzip2 = (typeof import('unbzip2-stream/lib/bzip2.js'))['default'];
type BitReader = ReturnType<(typeof import('unbzip2-stream/lib/bit_iterator.js'))['default']>;

class BlockReader {
  received = 0;
  readonly #bzip2: Bzip2;
  readonly #open: () => BitReader;
  #bits: BitReader | undefined;
  /** Of the stream that is being read, in units of 100,000 bytes; 0 between streams. */
  #level = 0;
  #checksum = 0;

  constructor(bzip2: Bzip2, open: () => BitReader) {
    this.#bzip2 = bzip2;
    this.#open = open;
  }

  get left(): number {
    return this.received - (this.#bits?.bytesRead ?? 0);
  }

  /** Whether the next block has certainly come. */
  get hasWhole(): boolean {
    return this.left >= (this.#level === 0 ? 4 : slack + this.#level * blockUnit);
  }

  get isInside(): boolean {
    return this.#level > 0;
  }

  /** A block, or the header of a stream, or its end, both of which are no bytes. */
  *next(): Generator<Uint8Array> {
    try {
      this.#bits ??= this.#open();
      if (this.#level > 0) yield* this.#block(this.#bits);
      else {
        this.#level = this.#bzip2.header(this.#bits);
        this.#checksum = 0;
      }
    } catch (error) {
      throw invalid(`broken bzip2 data: ${errorMessage(error)}`);
    }
  }

  *#block(bits: BitReader): Generator<Uint8Array> {
    const size = this.#level * blockUnit;
    let out = new Uint8Array(size);
    let used = 0;
    const add = (byte: number): void => {
      if (used === out.length) out = doubled(out);
      out[used++] = byte;
    };
    const checksum = this.#bzip2.decompress(bits, add, new Int32Array(size), size, this.#checksum);
    if (checksum === null) this.#level = 0;
    else {
      this.#checksum = checksum;
      yield out.subarray(0, used);
    }
  }
}

/** Runs of one byte may make a block longer than its size. */
function doubled(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}

function ended(): never {
  throw invalid('broken bzip2 data: unexpected end');
}
