import type { EngineApi } from '../protocol/engine-api.ts';
import type { StatsRow, Usage } from './stats-listing.ts';
import { untilAborted } from './streams.ts';
import { usageOf } from './usage.ts';

/** Milliseconds after which what is known of a container is known no more. */
const freshness = 2000;

interface Watched {
  readonly container: string;
  readonly stop: AbortController;
  id: string;
  name: string;
  usage: Usage | undefined;
  updated: number;
  failure: unknown;
}

/** What the containers use that are being watched. Lives until `close`. */
export class StatsBoard {
  readonly #engine: EngineApi;
  readonly #stream: boolean;
  readonly #watched = new Map<string, Watched>();
  #settled: Promise<unknown> = Promise.resolve();

  /** Without `stream` each container is asked once. */
  constructor(engine: EngineApi, stream: boolean) {
    this.#engine = engine;
    this.#stream = stream;
  }

  get size(): number {
    return this.#watched.size;
  }

  /** Watches a container too, unless it is watched already. */
  add(container: string): void {
    if (this.#watched.has(container)) return;
    const watched = {
      container,
      stop: new AbortController(),
      id: '',
      name: '',
      usage: undefined,
      updated: Date.now(),
      failure: undefined,
    };
    this.#watched.set(container, watched);
    const first = this.#watch(watched);
    this.#settled = Promise.all([this.#settled, this.#stream ? Promise.race([first, overdue()]) : first]);
  }

  remove(container: string): void {
    this.#watched.get(container)?.stop.abort();
    this.#watched.delete(container);
  }

  /** Resolves when something is known of every container that was added by now, or will not be known soon. */
  async settled(): Promise<void> {
    await this.#settled;
  }

  rows(): StatsRow[] {
    return [...this.#watched.values()].map(({ container, id, name, usage, updated }) => {
      const stale = this.#stream && Date.now() - updated > freshness;
      return { container, id, name, usage: stale ? undefined : usage };
    });
  }

  failures(): unknown[] {
    return [...this.#watched.values()]
      .map(({ failure }) => failure)
      .filter((failure) => failure !== undefined);
  }

  close(): void {
    this.#watched.forEach(({ stop }) => stop.abort());
  }

  /** Resolves at the first message, or when there will be none. */
  #watch(watched: Watched): Promise<void> {
    return new Promise((resolve) => {
      this.#read(watched, resolve)
        .catch((error: unknown) => {
          watched.failure = error;
          watched.usage = undefined;
        })
        .finally(resolve);
    });
  }

  async #read(watched: Watched, onMessage: () => void): Promise<void> {
    const messages = await this.#engine.containerStats(watched.container, { stream: this.#stream });
    for await (const stats of untilAborted(messages, watched.stop.signal)) {
      Object.assign(watched, { id: stats.id, name: stats.name, usage: usageOf(stats), updated: Date.now() });
      onMessage();
      if (!this.#stream) return;
    }
    watched.usage = undefined;
  }
}

function overdue(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, freshness);
  });
}
