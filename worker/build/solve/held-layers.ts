import type { DiffId } from '../../oci/diffid.ts';
import type { CachedStep, SolveBackend, SolveCache } from './backend.ts';

/** The layers that one build works with: nobody does away with them, in whatever tab, until it has ended. */
export class HeldLayers {
  readonly #backend: Pick<SolveBackend, 'hold'>;
  readonly #releases = new Map<string, () => void>();

  constructor(backend: Pick<SolveBackend, 'hold'>) {
    this.#backend = backend;
  }

  /** False when one of them is not here. */
  async hold(layers: readonly DiffId[]): Promise<boolean> {
    const key = layers.join();
    if (this.#releases.has(key)) return true;
    const release = await this.#backend.hold(layers);
    if (release === undefined) return false;
    // Two may have asked at the same time.
    this.#releases.get(key)?.();
    this.#releases.set(key, release);
    return true;
  }

  release(): void {
    for (const release of this.#releases.values()) release();
    this.#releases.clear();
  }
}

/** A cache whose layers are held as soon as a build counts on them. */
export class HoldingCache implements SolveCache {
  readonly #own: SolveCache;
  readonly #held: HeldLayers;

  constructor(own: SolveCache, held: HeldLayers) {
    this.#own = own;
    this.#held = held;
  }

  async find(key: string): Promise<CachedStep | undefined> {
    const found = await this.#own.find(key);
    return found !== undefined && (await this.#held.hold([found.layer.diffId])) ? found : undefined;
  }

  async keep(...kept: Parameters<SolveCache['keep']>): Promise<void> {
    await this.#held.hold([kept[1].layer.diffId]);
    await this.#own.keep(...kept);
  }

  alias(key: string, of: string): Promise<void> {
    return this.#own.alias(key, of);
  }

  resolve(key: string): Promise<string | undefined> {
    return this.#own.resolve(key);
  }
}
