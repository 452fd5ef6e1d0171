import { createStore, get, set, del } from 'idb-keyval';
import type { UseStore } from 'idb-keyval';
import type { DirectoryRecord, FolderMetadata } from './metadata.ts';
import type { FolderHost } from './tree.ts';

export const workDatabase = 'bottleship-work';
const folder = 'work';

let store: UseStore | undefined;
const database = (): UseStore => (store ??= createStore(workDatabase, 'records'));

/** In IndexedDB, below the folder's own prefix. */
class StoredMetadata implements FolderMetadata {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  async get(path: string): Promise<DirectoryRecord> {
    return (await get<DirectoryRecord>(this.#prefix + path, database())) ?? {};
  }

  async set(path: string, record: DirectoryRecord): Promise<void> {
    if (Object.keys(record).length > 0) await set(this.#prefix + path, record, database());
    else await del(this.#prefix + path, database());
  }
}

/** A folder of the browser's own, which stays for the next visit. */
export async function workHost(): Promise<FolderHost> {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getDirectoryHandle(folder, { create: true });
  return { handle, metadata: new StoredMetadata('') };
}

export async function removeWorkFolder(): Promise<void> {
  const root = await navigator.storage.getDirectory().catch(() => undefined);
  await root?.removeEntry(folder, { recursive: true }).catch(() => undefined);
}
