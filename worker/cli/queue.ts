/** A one-reader queue as an async iterable: what is pushed waits until it is asked for. */
export class Queue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #onTake: () => void;
  #ended = false;
  #wake: (() => void) | undefined;

  /** `onTake` is called whenever the reader asks for an item, before it gets or awaits it. */
  constructor(onTake: () => void = () => undefined) {
    this.#onTake = onTake;
  }

  push(item: T): void {
    if (this.#ended) return;
    this.#items.push(item);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      this.#onTake();
      while (this.#items.length === 0 && !this.#ended)
        await new Promise<void>((resolve) => (this.#wake = resolve));
      const item = this.#items.shift();
      if (item === undefined) return;
      yield item;
    }
  }
}
