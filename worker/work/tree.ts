import type { File } from '../ninep/file.ts';
import { nameError } from '../ninep/name.ts';
import { NinepError } from '../ninep/errno.ts';
import { WorkDirectory } from './directory.ts';
import { WorkFile } from './file.ts';
import type { FolderMetadata } from './metadata.ts';
import { MemoryMetadata } from './metadata.ts';
import type { Mount } from './mount.ts';
import { observe } from './observer.ts';
import { Syncer } from './syncer.ts';

/** What backs a folder. */
export interface FolderHost {
  /** Without one its files are in memory alone. */
  readonly handle?: FileSystemDirectoryHandle | undefined;
  readonly metadata?: FolderMetadata;
}

export interface TreeEvents {
  /** A directory's path below the root; whoever shows it looks again. */
  changed(path: string): void;
  /** The host did not take a change. */
  failed(message: string, path: string): void;
}

/** /root/work: a folder of the browser's own, in which folders of the visitor's can be opened. */
export class WorkTree {
  readonly root: WorkDirectory;
  readonly #events: TreeEvents;
  readonly #opened = new Map<string, Mount>();

  constructor(host: FolderHost, events: TreeEvents) {
    this.#events = events;
    this.root = this.#mount(host);
  }

  /** What the guest mounts. */
  attach(): File {
    return this.root;
  }

  /** Shows a folder below the root, under its own name or one like it; resolves with that name. */
  async open(wished: string, host: FolderHost): Promise<string> {
    await this.root.load();
    const name = this.#freeName(wished);
    const directory = this.#mount(host);
    this.root.add(name, directory);
    this.#opened.set(name, directory.mount);
    this.#events.changed('');
    return name;
  }

  /** Writes back what is left to be, and shows it no more. */
  async close(name: string): Promise<void> {
    const mount = this.#opened.get(name);
    if (!mount) throw new NinepError('ENOENT');
    await mount.syncer.flush();
    this.#opened.delete(name);
    this.root.release(name);
    this.#events.changed('');
  }

  /** Names of the folders that are opened. */
  get opened(): string[] {
    return [...this.#opened.keys()];
  }

  /** Resolves when every host has everything. */
  async flush(): Promise<void> {
    for (const mount of [this.root.mount, ...this.#opened.values()]) await mount.syncer.flush();
  }

  #mount({ handle, metadata = new MemoryMetadata() }: FolderHost): WorkDirectory {
    const mount: Mount = {
      handle,
      metadata,
      syncer: new Syncer((error, path) => this.#events.failed(error.message, path)),
      isWatched: false,
      changed: ({ path }) => this.#events.changed(path),
    };
    const directory = new WorkDirectory(mount, handle);
    if (handle) void this.#watch(mount, handle, directory);
    return directory;
  }

  async #watch(mount: Mount, handle: FileSystemDirectoryHandle, directory: WorkDirectory): Promise<void> {
    const stop = await observe(handle, (path) => this.#expire(directory, path));
    mount.isWatched = stop !== undefined;
  }

  #expire(directory: WorkDirectory, path: readonly string[] | undefined): void {
    if (path === undefined) return this.#expireAll(directory);
    let at = directory;
    at.expire();
    for (const name of path.slice(0, -1)) {
      const next = at.known(name);
      if (!(next instanceof WorkDirectory)) break;
      at = next;
      at.expire();
    }
    const last = at.known(path.at(-1) ?? '');
    if (last instanceof WorkFile || last instanceof WorkDirectory) last.expire();
    this.#events.changed(at.path);
  }

  #expireAll(directory: WorkDirectory): void {
    directory.expire();
    for (const child of directory.knownChildren) {
      if (child instanceof WorkFile) child.expire();
      if (child instanceof WorkDirectory && child.mount === directory.mount) this.#expireAll(child);
    }
    this.#events.changed(directory.path);
  }

  #freeName(wished: string): string {
    const base = nameError(wished) === undefined && wished !== '..' ? wished : 'folder';
    let name = base;
    for (let number = 2; this.root.known(name); number++) name = `${base}-${number}`;
    return name;
  }
}
