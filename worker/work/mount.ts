import type { FolderMetadata } from './metadata.ts';
import type { Syncer } from './syncer.ts';

/** A tree of nodes with one host behind it, or none. */
export interface Mount {
  /** The host's folder; without one the files are in memory alone. */
  readonly handle: FileSystemDirectoryHandle | undefined;
  readonly metadata: FolderMetadata;
  readonly syncer: Syncer;
  /** Whether changes of the host's are told. If not, what is known of it is good for a moment only. */
  isWatched: boolean;
  /** Something in a directory has changed, by whomever. */
  changed(directory: { readonly path: string }): void;
}

const moment = 1000;

/** Until when what has just been read of the host is taken for true. */
export function freshUntil({ isWatched, handle }: Mount): number {
  return isWatched || handle === undefined ? Infinity : Date.now() + moment;
}

let lastInode = 1;

/** Inode numbers are handed out once: a name that is made anew is another file. */
export function newInode(): number {
  return ++lastInode;
}
