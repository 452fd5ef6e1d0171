const empty = new Uint8Array(0);
const lineFeed = 10;

/** Pulls bytes out of an iterable by lines and by counts. One reader at a time; `fill` may be awaited beside it. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #buffer: Uint8Array = empty;
  #ended = false;
  #filling: Promise<boolean> | undefined;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Bytes that are here already. */
  get buffered(): number {
    return this.#buffer.length;
  }

  /** Awaits more bytes. @returns false at the end of the input */
  fill(): Promise<boolean> {
    this.#filling ??= this.#pull().finally(() => (this.#filling = undefined));
    return this.#filling;
  }

  /** At least one byte and at most `max`; undefined at the end. */
  async some(max = Infinity): Promise<Uint8Array | undefined> {
    while (this.#buffer.length === 0) if (!(await this.fill())) return undefined;
    return this.#take(Math.min(max, this.#buffer.length));
  }

  /** A line with its line feed, or undefined when the input ends before. Throws `tooLong()` beyond `max` bytes. */
  async line(max: number, tooLong: () => Error): Promise<Uint8Array | undefined> {
    for (let from = 0; ;) {
      const at = this.#buffer.indexOf(lineFeed, from);
      if ((at < 0 ? this.#buffer.length : at + 1) > max) throw tooLong();
      if (at >= 0) return this.#take(at + 1);
      from = this.#buffer.length;
      if (!(await this.fill())) return undefined;
    }
  }

  /** Everything that comes until the end. */
  async *rest(): AsyncGenerator<Uint8Array> {
    for (let bytes = await this.some(); bytes !== undefined; bytes = await this.some()) yield bytes;
  }

  async #pull(): Promise<boolean> {
    if (this.#ended) return false;
    const { done, value } = await this.#source.next();
    if (done) this.#ended = true;
    else this.#buffer = this.#buffer.length === 0 ? value : joined(this.#buffer, value);
    return !done;
  }

  #take(size: number): Uint8Array {
    const bytes = this.#buffer.subarray(0, size);
    this.#buffer = this.#buffer.subarray(size);
    return bytes;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
