import type { OutputChunk } from '../../protocol/engine-api.ts';
import type { Deferred } from '../deferred.ts';
import { deferred } from '../deferred.ts';

/** Bytes that may wait for a reader before the writer has to. */
const usualLimit = 256 * 1024;

/**
 * One reader's queue. `offer` adds a chunk and returns a promise only when the writer must wait for this reader;
 * `finish` ends the output after what is queued. Returning early from the iteration gives the writer free.
 */
export class Subscription implements AsyncIterableIterator<OutputChunk> {
  readonly #queue: OutputChunk[] = [];
  readonly #onClose: () => void;
  readonly #limit: number;
  #queued = 0;
  #ended = false;
  #reader: ((result: IteratorResult<OutputChunk>) => void) | undefined;
  #room: Deferred<void> | undefined;

  constructor(onClose: () => void, limit = usualLimit) {
    this.#onClose = onClose;
    this.#limit = limit;
  }

  offer(chunk: OutputChunk): Promise<void> | undefined {
    if (this.#ended) return undefined;
    if (this.#reader !== undefined) {
      this.#hand({ done: false, value: chunk });
      return undefined;
    }
    this.#queue.push(chunk);
    this.#queued += chunk.bytes.length;
    return this.#queued < this.#limit ? undefined : this.#waitForRoom();
  }

  finish(): void {
    this.#ended = true;
    this.#freeWriter();
    if (this.#queue.length === 0) this.#hand({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<OutputChunk>> {
    const chunk = this.#queue.shift();
    if (chunk !== undefined) return Promise.resolve({ done: false, value: this.#taken(chunk) });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  return(): Promise<IteratorResult<OutputChunk>> {
    this.#queue.length = 0;
    this.#onClose();
    this.finish();
    return Promise.resolve({ done: true, value: undefined });
  }

  #taken(chunk: OutputChunk): OutputChunk {
    this.#queued -= chunk.bytes.length;
    if (this.#queued < this.#limit / 2) this.#freeWriter();
    return chunk;
  }

  #hand(result: IteratorResult<OutputChunk>): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.(result);
  }

  #waitForRoom(): Promise<void> {
    this.#room ??= deferred();
    return this.#room.promise;
  }

  #freeWriter(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
