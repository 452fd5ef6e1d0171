import { createStore, del, get, promisifyRequest, set, type UseStore } from 'idb-keyval';
import { changing } from '../../content/storagefull.ts';
import type { MetadataStore } from './store.ts';

/** In the browser's IndexedDB, in a database of its own. */
export class IndexedDbMetadataStore implements MetadataStore {
  readonly #store: UseStore;
  /** Between the tabs that have this database: keys of what has changed. */
  readonly #changes: BroadcastChannel;

  constructor(database = 'bottleship-metadata') {
    this.#store = createStore(database, 'records');
    this.#changes = new BroadcastChannel(database);
  }

  get(key: string): Promise<unknown> {
    return get<unknown>(key, this.#store);
  }

  async set(key: string, value: unknown): Promise<void> {
    await changing(set(key, value, this.#store));
    this.#tell(key);
  }

  async delete(key: string): Promise<void> {
    await changing(del(key, this.#store));
    this.#tell(key);
  }

  #tell(key: string): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none
    this.#changes.postMessage(key);
  }

  onForeignChange(listener: (key: string) => void): void {
    this.#changes.addEventListener('message', ({ data }) => listener(String(data)));
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
