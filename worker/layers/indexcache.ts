import type { UseStore } from 'idb-keyval';
import { createStore, del, get, set } from 'idb-keyval';
import { changing } from '../content/storagefull.ts';
import type { DiffId } from '../oci/diffid.ts';
import type { LayerIndexData } from './layerindex.ts';

/** Keeps indexes, so that a layer need not be read from end to end to be served again. Losing one costs time only. */
export interface IndexCache {
  get(diffId: DiffId): Promise<LayerIndexData | undefined>;
  set(diffId: DiffId, index: LayerIndexData): Promise<void>;
  delete(diffId: DiffId): Promise<void>;
}

/** To be raised whenever `LayerIndexData` changes; indexes of another format are made anew. */
export const indexFormat = 1;

/** Indexes in IndexedDB. */
export class IndexedDbIndexCache implements IndexCache {
  readonly #store: UseStore;

  constructor(name: string) {
    this.#store = createStore(name, 'indexes');
  }

  async get(diffId: DiffId): Promise<LayerIndexData | undefined> {
    const found = await get<{ format: number; index: LayerIndexData }>(diffId, this.#store);
    return found?.format === indexFormat ? found.index : undefined;
  }

  set(diffId: DiffId, index: LayerIndexData): Promise<void> {
    return changing(set(diffId, { format: indexFormat, index }, this.#store));
  }

  delete(diffId: DiffId): Promise<void> {
    return changing(del(diffId, this.#store));
  }
}

/** Indexes in memory. */
export class MemoryIndexCache implements IndexCache {
  readonly #indexes = new Map<DiffId, LayerIndexData>();

  async get(diffId: DiffId): Promise<LayerIndexData | undefined> {
    return this.#indexes.get(diffId);
  }

  async set(diffId: DiffId, index: LayerIndexData): Promise<void> {
    this.#indexes.set(diffId, index);
  }

  async delete(diffId: DiffId): Promise<void> {
    this.#indexes.delete(diffId);
  }
}
