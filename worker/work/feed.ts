import type { WorkChange } from '../protocol/work.ts';
import type { TreeEvents } from './tree.ts';

type Listener = (change: WorkChange) => void;

/** Hands on what happens in the working folders to whoever listens. */
export class WorkFeed {
  readonly #listeners = new Set<Listener>();
  readonly events: TreeEvents = {
    changed: (path) => this.#tell({ path }),
    failed: (message, path) => this.#tell({ path, failure: message }),
  };

  /** Until it is called off. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(change: WorkChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
