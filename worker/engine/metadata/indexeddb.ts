import { createStore, del, get, promisifyRequest, set, type UseStore } from 'idb-keyval';
import type { MetadataStore } from './store.ts';

/** In the browser's IndexedDB, in a database of its own. */
export class IndexedDbMetadataStore implements MetadataStore {
  readonly #store: UseStore;

  constructor(database = 'bottleship-metadata') {
    this.#store = createStore(database, 'records');
  }

  get(key: string): Promise<unknown> {
    return get<unknown>(key, this.#store);
  }

  set(key: string, value: unknown): Promise<void> {
    return set(key, value, this.#store);
  }

  delete(key: string): Promise<void> {
    return del(key, this.#store);
  }

  /** Only strings are ever keys. Keys and values are asked for in one transaction, so they belong together. */
  async entries(prefix: string): Promise<[string, unknown][]> {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    const [keys, values] = await this.#store('readonly', (store) =>
      Promise.all([promisifyRequest(store.getAllKeys(range)), promisifyRequest(store.getAll(range))]),
    );
    return keys.map((key, i) => [key as string, values[i] as unknown]);
  }
}
