import type { CachedStep, SolveCache } from '../../build/solve/backend.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { BuildCacheRecord } from '../../protocol/engine-api.ts';
import type { Clock } from '../clock.ts';
import { formatTime } from '../time.ts';
import type { MetadataStore } from '../metadata/store.ts';

interface Kept extends CachedStep {
  readonly description: string;
  readonly type: string;
  lastUsed: number | undefined;
  uses: number;
}

type Stored = Kept | { readonly stands: string };

const prefix = 'build-cache:';

/** Where layers are kept, as the one sees it who counts on some of them. */
export interface LayerPresence {
  /** Undefined for a layer that is not here. */
  size(diffId: DiffId): Promise<number | undefined>;
  /** Somebody has these new layers now, and says when he has not any more. */
  named(diffIds: readonly DiffId[]): void;
}

/** What steps of builds have made, by key; in memory, and written through to the metadata store. */
export class BuildCache implements SolveCache {
  readonly #metadata: MetadataStore;
  readonly #clock: Clock;
  readonly #layers: LayerPresence;
  readonly #steps = new Map<string, Kept>();
  readonly #aliases = new Map<string, string>();

  private constructor(metadata: MetadataStore, clock: Clock, layers: LayerPresence) {
    this.#metadata = metadata;
    this.#clock = clock;
    this.#layers = layers;
  }

  /** Reads what an earlier visit has left. */
  static async open(metadata: MetadataStore, clock: Clock, layers: LayerPresence): Promise<BuildCache> {
    const cache = new BuildCache(metadata, clock, layers);
    for (const [key, value] of await metadata.entries(prefix)) {
      const stored = value as Stored;
      if ('stands' in stored) cache.#aliases.set(key.slice(prefix.length), stored.stands);
      else cache.#steps.set(key.slice(prefix.length), stored);
    }
    return cache;
  }

  async find(key: string): Promise<CachedStep | undefined> {
    const kept = this.#steps.get(key);
    if (kept === undefined) return undefined;
    if ((await this.#layers.size(kept.layer.diffId)) === undefined) {
      await this.#forget(key);
      return undefined;
    }
    kept.uses += 1;
    kept.lastUsed = this.#clock.now();
    return kept;
  }

  async keep(
    key: string,
    { layer, created }: CachedStep,
    about: { readonly description: string; readonly type: string },
  ): Promise<void> {
    const kept: Kept = { layer, created, ...about, lastUsed: created, uses: 1 };
    this.#steps.set(key, kept);
    this.#layers.named([layer.diffId]);
    await this.#metadata.set(prefix + key, kept);
  }

  async alias(key: string, of: string): Promise<void> {
    if (this.#aliases.get(key) === of) return;
    this.#aliases.set(key, of);
    await this.#metadata.set(prefix + key, { stands: of });
  }

  resolve(key: string): Promise<string | undefined> {
    return Promise.resolve(this.#aliases.get(key));
  }

  /** Layers that may not go while the cache has them. */
  layers(): DiffId[] {
    return [...this.#steps.values()].map(({ layer }) => layer.diffId);
  }

  /** As `docker system df -v` lists them; a layer of an image that is there is in use by it. */
  records(used: ReadonlySet<DiffId>): BuildCacheRecord[] {
    return [...this.#steps].map(([key, kept]) => record(key, kept, used));
  }

  /** Forgets steps. Gives their IDs, and the layers that nobody may have any more. */
  async prune(
    which: (record: BuildCacheRecord) => boolean,
    used: ReadonlySet<DiffId>,
  ): Promise<BuildCacheRecord[]> {
    const pruned: BuildCacheRecord[] = [];
    for (const [key, kept] of this.#steps) {
      const told = record(key, kept, used);
      if (!which(told)) continue;
      pruned.push(told);
      await this.#forget(key);
    }
    return pruned;
  }

  /** The layers of steps, by the IDs of their records. */
  layerOf(id: string): DiffId | undefined {
    for (const [key, { layer }] of this.#steps) if (idOf(key) === id) return layer.diffId;
    return undefined;
  }

  async #forget(key: string): Promise<void> {
    this.#steps.delete(key);
    await this.#metadata.delete(prefix + key);
    for (const [alias, of] of this.#aliases) {
      if (of !== key) continue;
      this.#aliases.delete(alias);
      await this.#metadata.delete(prefix + alias);
    }
  }
}

/** 25 characters, as BuildKit's. */
function idOf(key: string): string {
  return BigInt(`0x${key}`).toString(36).slice(0, 25);
}

function record(key: string, kept: Kept, used: ReadonlySet<DiffId>): BuildCacheRecord {
  return {
    ID: idOf(key),
    Parents: null,
    Type: kept.type,
    Description: kept.description,
    InUse: false,
    Shared: used.has(kept.layer.diffId),
    Size: kept.layer.size,
    CreatedAt: formatTime(kept.created),
    LastUsedAt: kept.lastUsed === undefined ? null : formatTime(kept.lastUsed),
    UsageCount: kept.uses,
  };
}
