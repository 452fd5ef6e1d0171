import type { OutputChunk } from '../../protocol/engine-api.ts';
import { Subscription } from './subscription.ts';

interface Reader {
  readonly subscription: Subscription;
  readonly streams: ReadonlySet<OutputChunk['stream']>;
}

/**
 * One run's output and those who are attached to it. A slow reader makes the writer wait, as in Docker; without
 * readers nothing waits.
 */
export class Fanout {
  readonly #readers = new Set<Reader>();
  #ended = false;

  /** `limit` is what the reader may be behind before the writer waits, in bytes. */
  subscribe(streams: readonly OutputChunk['stream'][], limit?: number): Subscription {
    const subscription = new Subscription(() => this.#readers.delete(reader), limit);
    const reader: Reader = { subscription, streams: new Set(streams) };
    if (this.#ended) subscription.finish();
    else this.#readers.add(reader);
    return subscription;
  }

  /** A promise when some reader has no room. */
  write(chunk: OutputChunk): Promise<unknown> | undefined {
    const full: Promise<void>[] = [];
    for (const { subscription, streams } of this.#readers) {
      if (!streams.has(chunk.stream)) continue;
      const room = subscription.offer(chunk);
      if (room !== undefined) full.push(room);
    }
    return full.length === 0 ? undefined : Promise.all(full);
  }

  end(): void {
    this.#ended = true;
    for (const { subscription } of this.#readers) subscription.finish();
    this.#readers.clear();
  }
}
