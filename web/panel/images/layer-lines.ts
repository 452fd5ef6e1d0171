import type { ProgressMessage } from '../../../worker/protocol/engine-api.ts';
import { humanSize } from '../format.ts';

/** A layer's line, as `docker pull` has it on a terminal. */
export interface LayerLine {
  id: string;
  status: string;
  /** "1.2 of 2.1 MB", or nothing. */
  amount: string;
}

interface Layer {
  status: string;
  current: number;
  total: number;
}

/** Folds the messages of a pull or a load into what is shown of them. */
export class LayerLines {
  readonly #layers = new Map<string, Layer>();

  /** False when it is no news of a layer. */
  take({ id, status, progressDetail }: ProgressMessage): boolean {
    // "latest: Pulling from library/busybox" has no detail at all, not even an empty one.
    if (id === undefined || status === undefined || (progressDetail === undefined && !this.#layers.has(id)))
      return false;
    const before = this.#layers.get(id);
    const { current = 0, total = before?.total ?? 0 } = progressDetail ?? {};
    this.#layers.set(id, { status, current, total });
    return true;
  }

  get lines(): LayerLine[] {
    return [...this.#layers].map(([id, { status, current, total }]) => ({
      id,
      status,
      amount: current > 0 && !isOver(status) ? `${humanSize(current)} of ${humanSize(total)}` : '',
    }));
  }

  /** The part of the layers' bytes that is there; unknown before any size is. */
  get progress(): number | 'unknown' {
    const layers = [...this.#layers.values()].filter(({ total }) => total > 0);
    if (layers.length === 0) return 'unknown';
    const all = layers.reduce((sum, { total }) => sum + total, 0);
    const there = layers.reduce(
      (sum, layer) => sum + (isOver(layer.status) ? layer.total : layer.current),
      0,
    );
    const ended = [...this.#layers.values()].filter(({ status }) => isOver(status)).length;
    // Those whose size is not known yet count as much as the average of the others.
    const share = layers.length / Math.max(layers.length, this.#layers.size - ended);
    return Math.min(1, (there / all) * share);
  }
}

function isOver(status: string): boolean {
  return /complete|exists|^Pushed|^Mounted/i.test(status);
}
