import type { Time } from '../ninep/file.ts';

/** What a host cannot hold of a directory's entries, by name. */
export interface DirectoryRecord {
  [name: string]: EntryRecord;
}

export interface EntryRecord {
  mode?: number;
  uid?: number;
  gid?: number;
  /** Of a symbolic link, which the host does not have at all. */
  target?: string;
  times?: KeptTimes;
}

/** A file's own times, which count as long as the host's is that of then (milliseconds since 1970). */
export interface KeptTimes {
  readonly host: number;
  readonly mtime: Time;
  readonly ctime: Time;
}

/** Keeps modes, owners, times and symbolic links beside a folder, by the directory's path in it. */
export interface FolderMetadata {
  get(path: string): Promise<DirectoryRecord>;
  /** An empty record is none. */
  set(path: string, record: DirectoryRecord): Promise<void>;
}

export class MemoryMetadata implements FolderMetadata {
  readonly #records = new Map<string, DirectoryRecord>();

  get(path: string): Promise<DirectoryRecord> {
    return Promise.resolve(this.#records.get(path) ?? {});
  }

  set(path: string, record: DirectoryRecord): Promise<void> {
    if (Object.keys(record).length > 0) this.#records.set(path, record);
    else this.#records.delete(path);
    return Promise.resolve();
  }
}
