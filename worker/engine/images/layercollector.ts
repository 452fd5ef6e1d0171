import type { ChainId } from '../../oci/chainid.ts';
import { chainIds } from '../../oci/chainid.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { EngineContext } from '../context.ts';
import { createHasher } from '../../content/hasher.ts';
import { digestHex } from '../../oci/digest.ts';

/** Where layers are kept, as the one sees it who gives them up. */
export interface LayerKeeper {
  /** Stops serving a layer and forgets its bytes. A layer that is not there is no error. */
  discard(diffId: DiffId): Promise<void>;
}

/** Gives up layers that no image, no container and no cached step is made of any more. */
export class LayerCollector {
  readonly #context: Pick<EngineContext, 'buildCache' | 'containers' | 'images'>;
  readonly #keeper: LayerKeeper;

  constructor(context: Pick<EngineContext, 'buildCache' | 'containers' | 'images'>, keeper: LayerKeeper) {
    this.#context = context;
    this.#keeper = keeper;
  }

  /** The chain IDs of those of a stack that are gone now, the topmost first. */
  async collect(stack: readonly DiffId[]): Promise<ChainId[]> {
    const { buildCache, containers, images } = this.#context;
    const used = new Set([
      ...[...images.all(), ...containers.all()].flatMap(({ layers }) => layers),
      ...buildCache.layers(),
    ]);
    const chain = await chainIds(stack, sha256Hex);
    const gone: ChainId[] = [];
    for (const [at, diffId] of [...stack.entries()].reverse()) {
      if (used.has(diffId)) continue;
      await this.#keeper.discard(diffId);
      const chainId = chain[at];
      if (chainId !== undefined) gone.push(chainId);
    }
    return gone;
  }
}

/** For chain IDs. */
export async function sha256Hex(ascii: string): Promise<string> {
  const hasher = await createHasher();
  hasher.update(new TextEncoder().encode(ascii));
  return digestHex(hasher.digest());
}
