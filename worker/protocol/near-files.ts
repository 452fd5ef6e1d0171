/** What a directory says of an entry, as the guest is told it. */
export interface NearEntry {
  readonly name: string;
  /** With the type's bits. */
  readonly mode: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: { readonly seconds: number; readonly nanoseconds: number };
  readonly ctime: { readonly seconds: number; readonly nanoseconds: number };
  /** The number that the guest knows it by. */
  readonly inode: number;
  /** Of a symbolic link. */
  readonly target: string;
}

/**
 * Files that the guest has mounted from here, so that it need not be asked for them. Paths are relative to what is mounted
 * and have no links in them.
 */
export interface NearFiles {
  /** What the guest says it has mounted. */
  readonly source: string;
  /** The number that the guest knows a directory by; undefined where there is none. */
  directory(path: string): Promise<number | undefined>;
  /** The entries of a directory, in no order; none where there is none. What goes meanwhile is left out. */
  list(path: string): Promise<NearEntry[]>;
  /** The contents of a regular file; undefined where there is none. */
  read(path: string): Promise<AsyncIterable<Uint8Array> | undefined>;
}
