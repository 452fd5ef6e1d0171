import type { MaybePromise } from './maybe.ts';
import type { Qid } from './qid.ts';

/** What getattr(2) tells. */
export interface Attributes {
  /** File type and permissions. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  /** Of devices: `encodeDevice`. */
  readonly rdev: number;
  readonly size: number;
  /** In units of 512 bytes. */
  readonly blocks: number;
  readonly mtime: Time;
  /** Both are `mtime` where they are missing. */
  readonly atime?: Time;
  readonly ctime?: Time;
}

/** Seconds and nanoseconds since 1970; the seconds may be negative, the nanoseconds not. */
export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Which attributes a Tsetattr sets; what is missing stays. Times that are `now` are the server's to choose. */
export interface AttributeChange {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly size?: number;
  readonly atime?: Time | 'now';
  readonly mtime?: Time | 'now';
}

/** What statfs(2) tells, in blocks of `blockSize`. */
export interface FileSystemStatus {
  readonly blockSize: number;
  readonly blocks: number;
  readonly blocksFree: number;
  readonly files: number;
  readonly filesFree: number;
  readonly id: number;
}

export interface DirEntry {
  readonly name: string;
  readonly qid: Qid;
  /** `direntType` of the file's mode. */
  readonly type: number;
  /** Where to go on after this entry: at least 1, and good for as long as the directory lives. */
  readonly cookie: number;
}

/**
 * A file as the server sees it: immutable identity, no state of its own per opener (that is the fid's).
 *
 * Lifecycle: the server gets a `File` from `attach` or `lookup` and may hold it, in several fids, until it drops it
 * without notice; only `open` is paired with `close`. Ordering: calls may overlap. Failure: throw or reject, best with
 * a `NinepError`; `errnoOf` maps the rest. A method may answer at once or with a promise; at once is much faster.
 *
 * What a kind of file lacks is left out: `lookup` and `readdir` make a directory, `read` a file, `readlink` a symlink,
 * and without `write`, `setattr` or what changes a directory the answer is EROFS. Names that are handed on have passed the
 * same checks as those of `lookup`.
 */
export interface File {
  readonly qid: Qid;
  getattr(): MaybePromise<Attributes>;
  statfs(): MaybePromise<FileSystemStatus>;
  /** The child of that name; undefined answers ENOENT. Never asked for `.`, `..`, or a name with a slash. */
  lookup?(name: string): MaybePromise<File | undefined>;
  /** The entries after that cookie (0: from the start), without `.` and `..`; the server takes as many as fit. */
  readdir?(after: number): MaybePromise<Iterable<DirEntry>>;
  /** Up to `count` bytes, fewer only at the end of the file; the server copies them before it asks again. */
  read?(offset: number, count: number): MaybePromise<Uint8Array>;
  readlink?(): MaybePromise<string>;
  /** Names of the extended attributes. */
  listXattrs?(): MaybePromise<readonly string[]>;
  /** Undefined answers ENODATA. */
  getXattr?(name: string): MaybePromise<Uint8Array | undefined>;
  /** Called with the flags of open(2) before the first read or write of a fid. */
  open?(flags: number): MaybePromise<void>;
  /** Called once for each `open` that succeeded, when its fid goes. */
  close?(): MaybePromise<void>;
  /** Writes and returns how many bytes were taken. `data` is only valid during the call. */
  write?(offset: number, data: Uint8Array): MaybePromise<number>;
  setattr?(change: AttributeChange): MaybePromise<void>;
  fsync?(): MaybePromise<void>;
  /** A new regular file in this directory, open with the flags as if `open` had been called; `close` will be. EEXIST when it is there. */
  create?(name: string, flags: number, owner: NewFile): MaybePromise<File>;
  mkdir?(name: string, owner: NewFile): MaybePromise<File>;
  symlink?(name: string, target: string, owner: NewFile): MaybePromise<File>;
  /** To a name of a directory of the same backend, replacing what is there as rename(2) does. */
  rename?(name: string, to: File, newName: string): MaybePromise<void>;
  /** Like unlink(2), or like rmdir(2) when `directory`. */
  unlink?(name: string, directory: boolean): MaybePromise<void>;
}

/** What is known of a file that is to be made. Its uid is 0, which is who works in the machine. */
export interface NewFile {
  /** Permissions, the umask taken off. */
  readonly mode: number;
  readonly gid: number;
}

/** A device number as Rgetattr carries it: `new_encode_dev` of include/linux/kdev_t.h. */
export function encodeDevice(major: number, minor: number): number {
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xff) << 12)) >>> 0;
}
