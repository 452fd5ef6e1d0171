/**
 * Items for one reader, in order, kept until they are read. `onClose` is called once: when the writer has ended it or
 * the reader returns early.
 */
export class Queue<T> implements AsyncIterableIterator<T> {
  readonly #items: T[] = [];
  readonly #onClose: () => void;
  readonly #readers: ((result: IteratorResult<T>) => void)[] = [];
  #ended = false;

  constructor(onClose: () => void = () => undefined) {
    this.#onClose = onClose;
  }

  /** What waits to be read. */
  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader === undefined) this.#items.push(item);
    else reader({ done: false, value: item });
  }

  /** Nothing comes after what is there. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined });
    this.#onClose();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#items.length > 0) return Promise.resolve({ done: false, value: this.#items.shift() as T });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  return(): Promise<IteratorResult<T>> {
    this.#items.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }
}
