import type { DiffId } from '../../oci/diffid.ts';
import type { LayerContent } from '../images/layercontent.ts';
import type { MetadataStore } from '../metadata/store.ts';

/** Mode and owner of a directory. */
export interface DirectoryOwner {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A cache as it was after some build. Times are milliseconds since 1970. */
export interface KeptCache {
  /** Tells it from the same cache after other builds, in whatever tab. */
  readonly version: string;
  readonly description: string;
  readonly created: number;
  readonly used: number;
  readonly uses: number;
  /** What it is made of, the lowest first. */
  readonly layers: readonly DiffId[];
  readonly root: DirectoryOwner;
  /** Bytes of its files. */
  readonly size: number;
}

/** One whose layers stay until it is released. */
export interface HeldCache {
  readonly kept: KeptCache;
  release(): void;
}

const prefix = 'cache-mount:';

/**
 * What caches of `RUN --mount=type=cache` are over a reload: records of the metadata store that name layers of the layer
 * store. A record is set when its layers are there, so that there is never half a cache; of two tabs that keep the same
 * cache the last one's counts, whole.
 */
export class CacheMountStore {
  readonly #records: MetadataStore;
  readonly #layers: Pick<LayerContent, 'pin' | 'size'>;

  constructor(records: MetadataStore, layers: Pick<LayerContent, 'pin' | 'size'>) {
    this.#records = records;
    this.#layers = layers;
  }

  /** A cache as it is kept now, if all of it is there. */
  async find(name: string): Promise<HeldCache | undefined> {
    for (;;) {
      const kept = await this.#get(name);
      if (kept === undefined) return undefined;
      const release = await this.#layers.pin(kept.layers);
      if (await this.#isWhole(kept)) return { kept, release };
      release();
      // Another tab has given the layers up, having kept something else; or they are lost.
      if ((await this.#get(name))?.version === kept.version) return undefined;
    }
  }

  async #isWhole({ layers }: KeptCache): Promise<boolean> {
    const sizes = await Promise.all(layers.map((layer) => this.#layers.size(layer)));
    return !sizes.includes(undefined);
  }

  async #get(name: string): Promise<KeptCache | undefined> {
    return (await this.#records.get(prefix + name)) as KeptCache | undefined;
  }

  /** Whether what is kept is this state of the cache. */
  async isCurrent(name: string, version: string | undefined): Promise<boolean> {
    return (await this.#get(name))?.version === version;
  }

  /** The layers are there, and held by the caller. */
  set(name: string, kept: KeptCache): Promise<void> {
    return this.#records.set(prefix + name, kept);
  }

  /** Gives what it was made of. */
  async forget(name: string): Promise<readonly DiffId[]> {
    const kept = await this.#get(name);
    await this.#records.delete(prefix + name);
    return kept?.layers ?? [];
  }

  async all(): Promise<[name: string, kept: KeptCache][]> {
    const entries = await this.#records.entries(prefix);
    return entries.map(([key, value]) => [key.slice(prefix.length), value as KeptCache]);
  }

  /** Layers that a cache is made of, whichever tab has kept it. */
  async layersKept(): Promise<Set<DiffId>> {
    return new Set((await this.all()).flatMap(([, { layers }]) => layers));
  }
}
