import type { Deferred } from '../deferred.ts';
import { deferred } from '../deferred.ts';

/** Messages from a task to one reader, in order, kept until they are read. */
export class Channel<T> {
  readonly #messages: T[] = [];
  #closed = false;
  #changed: Deferred<void> = deferred();

  push(message: T): void {
    this.#messages.push(message);
    this.#changed.resolve();
  }

  close(): void {
    this.#closed = true;
    this.#changed.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      for (let message = this.#messages.shift(); message !== undefined; message = this.#messages.shift())
        yield message;
      if (this.#closed) return;
      await this.#changed.promise;
      this.#changed = deferred();
    }
  }
}
