/** Linux i386: numbers of system calls, and what they take and give. */
import type { TarEntryType } from '../oci/tar/typeflag.ts';
import { readU32, writeU32 } from '../protocol/frame.ts';

export const syscall = {
  read: 3,
  write: 4,
  open: 5,
  close: 6,
  link: 9,
  unlink: 10,
  mknod: 14,
  chmod: 15,
  rename: 38,
  mkdir: 39,
  rmdir: 40,
  symlink: 83,
  readlink: 85,
  fchmod: 94,
  lsetxattr: 227,
  lgetxattr: 230,
  statx: 383,
  utimensat: 412,
} as const;

export const openFlag = {
  writeOnly: 0o1,
  create: 0o100,
  exclusive: 0o200,
  truncate: 0o1000,
  largeFile: 0o100000,
  directory: 0o200000,
  noFollow: 0o400000,
  closeOnExec: 0o2000000,
} as const;

/** Relative paths are relative to the working directory. */
export const workingDirectory = -100;
export const noFollow = 0x100;

export const fileType = {
  mask: 0o170000,
  socket: 0o140000,
  link: 0o120000,
  regular: 0o100000,
  block: 0o060000,
  directory: 0o040000,
  character: 0o020000,
  fifo: 0o010000,
} as const;

/** What a file is called in an archive and in a build's context, by the type in its mode; sockets are in neither. */
export const entryTypes: Readonly<Record<number, Exclude<TarEntryType, 'hardlink'>>> = {
  [fileType.regular]: 'file',
  [fileType.link]: 'symlink',
  [fileType.character]: 'character',
  [fileType.block]: 'block',
  [fileType.directory]: 'directory',
  [fileType.fifo]: 'fifo',
};

export interface Instant {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export interface FileStat {
  /** With the type's bits, see {@link fileType}. */
  readonly mode: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: Instant;
  readonly ctime: Instant;
  /** Which file it is, of all. */
  readonly identity: string;
  /** Of a device. */
  readonly major: number;
  readonly minor: number;
}

/** Bytes of `struct statx` that are looked at. */
export const statSize = 144;
export const basicStats = 0x7ff;

export function decodeStat(bytes: Uint8Array): FileStat {
  const u32 = (at: number) => readU32(bytes, at);
  return {
    mode: u32(28) & 0xffff,
    links: u32(16),
    uid: u32(20),
    gid: u32(24),
    size: readU64(bytes, 40),
    ctime: { seconds: u32(96) + (u32(100) | 0) * 2 ** 32, nanoseconds: u32(104) },
    mtime: { seconds: u32(112) + (u32(116) | 0) * 2 ** 32, nanoseconds: u32(120) },
    identity: `${u32(136)}:${u32(140)}:${u32(32)}:${u32(36)}`,
    major: u32(128),
    minor: u32(132),
  };
}

export type EntryKind = 'directory' | 'link' | 'other';

export function kindOf({ mode }: FileStat): EntryKind {
  const type = mode & fileType.mask;
  if (type === fileType.directory) return 'directory';
  return type === fileType.link ? 'link' : 'other';
}

/** Two `struct __kernel_timespec`: of access and of modification. */
export function encodeTimes(time: Instant): Uint8Array {
  const out = new Uint8Array(32);
  for (const at of [0, 16]) {
    writeU32(out, at, time.seconds >>> 0);
    writeU32(out, at + 4, Math.floor(time.seconds / 2 ** 32) >>> 0);
    writeU32(out, at + 8, time.nanoseconds);
  }
  return out;
}

/** As the kernel packs a device's numbers into 32 bits. */
export function deviceNumber(major: number, minor: number): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

function readU64(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at) + readU32(bytes, at + 4) * 2 ** 32;
}
