import { createHasher } from '../../content/hasher.ts';
import type { ChainId } from '../../oci/chainid.ts';
import { chainIds } from '../../oci/chainid.ts';
import type { DiffId } from '../../oci/diffid.ts';
import { digestHex } from '../../oci/digest.ts';
import type { EngineContext } from '../context.ts';
import { mountedLayers } from '../containers/mountedimages.ts';

/** Where layers are kept, as the one sees it who gives them up. */
export interface LayerKeeper {
  /**
   * Stops serving a layer and forgets its bytes, unless somebody who is at work here, or another tab, uses it, or it is
   * wanted after all when nobody can begin to use it any more. A layer that is not there is no error.
   */
  discard(diffId: DiffId, isWanted: () => Promise<boolean>): Promise<void>;
  /** Everything that has been kept for so many milliseconds, layers or not. */
  settled(milliseconds: number): Promise<DiffId[]>;
}

type CollectorContext = Pick<
  EngineContext,
  'buildCache' | 'buildContexts' | 'cacheMounts' | 'containers' | 'images'
>;

/** What no image names and is younger may belong to work under way. */
const grace = 24 * 3600 * 1000;

/** Gives up layers that no image, no container and no cached step is made of any more. */
export class LayerCollector {
  readonly #context: CollectorContext;
  readonly #keeper: LayerKeeper;

  constructor(context: CollectorContext, keeper: LayerKeeper) {
    this.#context = context;
    this.#keeper = keeper;
  }

  /** The chain IDs of those of a stack that are gone now, the topmost first. */
  async collect(stack: readonly DiffId[]): Promise<ChainId[]> {
    const chain = await chainIds(stack, sha256Hex);
    const gone: ChainId[] = [];
    for (const [at, diffId] of [...stack.entries()].reverse()) {
      if (this.#isUsed(diffId)) continue;
      await this.#discard(diffId);
      const chainId = chain[at];
      if (chainId !== undefined) gone.push(chainId);
    }
    return gone;
  }

  /** Gives up what was left behind: by tabs that were closed at work, or when another tab still used it. */
  async sweep(milliseconds: number = grace): Promise<void> {
    const { buildContexts, cacheMounts, images } = this.#context;
    const wanted = new Set<string>([
      ...(await images.layersKept()),
      ...(await buildContexts.packs()),
      ...(await cacheMounts.layersKept()),
    ]);
    for (const diffId of await this.#keeper.settled(milliseconds))
      if (!wanted.has(diffId) && !this.#isUsed(diffId)) await this.#discard(diffId);
  }

  #isUsed(diffId: DiffId): boolean {
    const { buildCache, images, containers } = this.#context;
    return (
      [...images.all(), ...containers.all()].some(({ layers }) => layers.includes(diffId)) ||
      containers.all().some((each) => mountedLayers(each).includes(diffId)) ||
      buildCache.layers().includes(diffId)
    );
  }

  /** What other tabs have written is looked up, and nothing that happened here meanwhile is missed. */
  #discard(diffId: DiffId): Promise<void> {
    const { cacheMounts, images } = this.#context;
    const isWanted = async () =>
      (await images.layersKept()).has(diffId) ||
      (await cacheMounts.layersKept()).has(diffId) ||
      this.#isUsed(diffId);
    return this.#keeper.discard(diffId, isWanted);
  }
}

/** For chain IDs. */
export async function sha256Hex(ascii: string): Promise<string> {
  const hasher = await createHasher();
  hasher.update(new TextEncoder().encode(ascii));
  return digestHex(hasher.digest());
}
