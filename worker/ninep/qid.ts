/** Bits of `Qid.type`: https://9fans.github.io/plan9port/man/man3/intro.html, the high byte of Plan 9's mode. */
export const qidTypes = { directory: 0x80, symlink: 0x02, file: 0x00 } as const;

/**
 * Names a file for as long as it lives. `path` is unique in the tree and becomes the inode number. `version` must not
 * be 0: Linux takes that for a synthetic file and bypasses its page cache even with cache=loose
 * (fs/9p/fid.h, v9fs_fid_add_modes).
 */
export interface Qid {
  readonly type: number;
  readonly version: number;
  readonly path: number;
}

const formatMask = 0o170000;

/** Bits of a mode's file type: include/uapi/linux/stat.h. */
export const fileTypes = {
  fifo: 0o010000,
  characterDevice: 0o020000,
  directory: 0o040000,
  blockDevice: 0o060000,
  regular: 0o100000,
  symlink: 0o120000,
  socket: 0o140000,
} as const;

/** The file type of a mode, one of `fileTypes`. */
export function fileType(mode: number): number {
  return mode & formatMask;
}

/** The qid type that goes with a mode. */
export function qidType(mode: number): number {
  const type = fileType(mode);
  if (type === fileTypes.directory) return qidTypes.directory;
  return type === fileTypes.symlink ? qidTypes.symlink : qidTypes.file;
}

/** The `d_type` that goes with a mode, as readdir(3) gives it. */
export function direntType(mode: number): number {
  return fileType(mode) >> 12;
}
