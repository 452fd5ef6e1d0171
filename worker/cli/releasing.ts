/** Has something read from a source, and gives the source up where it is not read to its end: the engine holds what it reads from until then. */
export async function releasing<T, R>(
  source: AsyncIterable<T>,
  use: (source: AsyncIterable<T>) => Promise<R>,
): Promise<R> {
  const watched = new Watched(source);
  try {
    return await use(watched);
  } finally {
    if (!watched.ended) await watched.return();
  }
}

/** One iteration, and whether it has ended. */
class Watched<T> implements AsyncIterable<T>, AsyncIterator<T, undefined> {
  ended = false;
  readonly #iterator: AsyncIterator<T>;

  constructor(source: AsyncIterable<T>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    const next = await this.#iterator.next();
    if (!next.done) return next;
    this.ended = true;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.ended = true;
    await this.#iterator.return?.();
    return { done: true, value: undefined };
  }
}
