import type { Locks, Release } from '../content/locks.ts';
import type { DiffId } from '../oci/diffid.ts';

/**
 * Which layers are in use here. As long as one is held, no tab gives up its bytes: the hold is a shared lock. Work that is
 * under way (a pull) pins the layers it counts on, until an image or a container names them.
 */
export class LayerHolds {
  readonly #locks: Locks;
  readonly #held = new Map<DiffId, Promise<Release>>();
  readonly #pins = new Map<DiffId, number>();

  constructor(locks: Locks) {
    this.#locks = locks;
  }

  /** Resolves when nobody can take the layer away any more, until `giveUp`. */
  async hold(diffId: DiffId): Promise<void> {
    const held = this.#held.get(diffId) ?? this.#locks.shared(lockName(diffId));
    this.#held.set(diffId, held);
    await held;
  }

  /** Holds layers, which are not given up before what this resolves with is called. */
  async pin(diffIds: readonly DiffId[]): Promise<() => void> {
    for (const diffId of diffIds) this.#count(diffId, 1);
    let pinned = true;
    const unpin = (): void => {
      if (pinned) for (const diffId of diffIds) this.#count(diffId, -1);
      pinned = false;
    };
    await Promise.all(diffIds.map((diffId) => this.hold(diffId)));
    return unpin;
  }

  isPinned(diffId: DiffId): boolean {
    return this.#pins.has(diffId);
  }

  /**
   * Gives a layer up, and does away with it unless it is pinned here, or held in another tab, or still wanted when nobody
   * can begin to use it any more. Whether it is gone.
   */
  async giveUp(
    diffId: DiffId,
    isWanted: () => Promise<boolean>,
    remove: () => Promise<void>,
  ): Promise<boolean> {
    if (this.isPinned(diffId)) return false;
    const held = this.#held.get(diffId);
    this.#held.delete(diffId);
    await (
      await held
    )?.();
    const release = await this.#locks.tryExclusive(lockName(diffId));
    if (release === undefined) return false;
    try {
      if (await isWanted()) return false;
      await remove();
      return true;
    } finally {
      await release();
    }
  }

  /** One after the other, in whatever tab. */
  exclusively(diffId: DiffId): Promise<Release> {
    return this.#locks.exclusive(`bottleship/fetch/${diffId}`);
  }

  #count(diffId: DiffId, change: number): void {
    const count = (this.#pins.get(diffId) ?? 0) + change;
    if (count > 0) this.#pins.set(diffId, count);
    else this.#pins.delete(diffId);
  }
}

function lockName(diffId: DiffId): string {
  return `bottleship/layer/${diffId}`;
}
