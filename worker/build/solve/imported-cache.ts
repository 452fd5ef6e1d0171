import type { CachedStep, SolveCache } from './backend.ts';

/** The engine's own cache, and for one build what images have brought along. */
export class ImportedCache implements SolveCache {
  readonly #own: SolveCache;
  readonly #imported = new Map<string, CachedStep>();

  constructor(own: SolveCache) {
    this.#own = own;
  }

  add(steps: ReadonlyMap<string, CachedStep>): void {
    for (const [key, step] of steps) this.#imported.set(key, step);
  }

  async find(key: string): Promise<CachedStep | undefined> {
    return (await this.#own.find(key)) ?? this.#imported.get(key);
  }

  keep(...kept: Parameters<SolveCache['keep']>): Promise<void> {
    return this.#own.keep(...kept);
  }

  alias(key: string, of: string): Promise<void> {
    return this.#own.alias(key, of);
  }

  resolve(key: string): Promise<string | undefined> {
    return this.#own.resolve(key);
  }
}
