import type { Stats } from '../../protocol/engine-api.ts';
import type { Container } from '../containers/container.ts';

/** Counts for all of these at once. */
type Sample = (containers: readonly Container[]) => Promise<Map<Container, Stats>>;
type Reader = (stats: Stats) => void;

const interval = 1000;

/**
 * Counts once a second for everybody who watches, and not at all while nobody does. The first counts are made when the
 * first reader comes. https://github.com/moby/moby/blob/v28.5.2/daemon/stats/collector.go
 */
export class StatsCollector {
  readonly #sample: Sample;
  readonly #watched = new Map<Container, Set<Reader>>();
  #running = false;

  constructor(sample: Sample) {
    this.#sample = sample;
  }

  /** Calls the reader with each of the container's counts. Returns what ends that. */
  watch(container: Container, reader: Reader): () => void {
    const readers = this.#watched.get(container) ?? new Set();
    this.#watched.set(container, readers.add(reader));
    if (!this.#running) void this.#run();
    return () => {
      readers.delete(reader);
      if (readers.size === 0 && this.#watched.get(container) === readers) this.#watched.delete(container);
    };
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#watched.size > 0) {
      await this.#tick();
      if (this.#watched.size > 0) await new Promise((resolve) => setTimeout(resolve, interval));
    }
    this.#running = false;
  }

  /** What cannot be counted now is counted the next time. */
  async #tick(): Promise<void> {
    const counted = await this.#sample([...this.#watched.keys()]).catch(() => undefined);
    for (const [container, stats] of counted ?? [])
      for (const reader of this.#watched.get(container) ?? []) reader(stats);
  }
}
