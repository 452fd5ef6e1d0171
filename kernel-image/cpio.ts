import { concat } from '../worker/oci/bytes.ts';

/** An entry of an initramfs. Directories, symbolic links and devices have no content of their own. */
export interface CpioEntry {
  /** Path without a leading slash. */
  path: string;
  /** File type and permission bits, as in st_mode. */
  mode: number;
  /** A file's bytes, or a symbolic link's target. */
  content?: Uint8Array;
  /** Major and minor number of a device. */
  device?: [major: number, minor: number];
}

/** File type bits of st_mode. */
export const fileType = { directory: 0o040000, file: 0o100000, link: 0o120000, character: 0o020000 } as const;

/**
 * Packs a "newc" archive (https://docs.kernel.org/driver-api/early-userspace/buffer-format.html). The same entries give
 * the same bytes: they are sorted by path, owned by root and dated 1970.
 */
export function packCpio(entries: readonly CpioEntry[]): Uint8Array {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  const parts = sorted.flatMap((entry, index) => packEntry(entry, index + 1));
  return concat([...parts, ...packEntry({ path: 'TRAILER!!!', mode: 0 }, 0)]);
}

function packEntry(entry: CpioEntry, inode: number): Uint8Array[] {
  const name = new TextEncoder().encode(`${entry.path}\0`);
  const content = entry.content ?? new Uint8Array();
  const links = (entry.mode & 0o170000) === fileType.directory ? 2 : 1;
  const [major, minor] = entry.device ?? [0, 0];
  // c_ino, c_mode, c_uid, c_gid, c_nlink, c_mtime, c_filesize, c_maj, c_min, c_rmaj, c_rmin, c_namesize, c_chksum
  const fields = [inode, entry.mode, 0, 0, links, 0, content.length, 0, 0, major, minor, name.length, 0];
  const hex = fields.map((value) => value.toString(16).padStart(8, '0')).join('');
  const header = new TextEncoder().encode(`070701${hex}`);
  return [padded(concat([header, name])), padded(content)];
}

/** "Name and file content are padded to a multiple of 4 bytes", the name counted from the header's start. */
function padded(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  result.set(bytes);
  return result;
}
