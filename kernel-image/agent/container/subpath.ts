import { check, errno, RequestError } from '../kernel/errors.ts';
import { close, flags, open } from '../kernel/files.ts';
import { cloneTree } from '../kernel/mounts.ts';
import { nr } from '../kernel/numbers.ts';

const RESOLVE_NO_MAGICLINKS = 0x02;
const RESOLVE_IN_ROOT = 0x10;

/** A detached copy of what lies at `subpath` below a directory; its links are followed as if that were the root. */
export function openSubpath(base: string, subpath: string): number {
  const folder = open(base, flags.O_PATH | flags.O_DIRECTORY);
  const found = openBelow(folder, subpath, flags.O_PATH | flags.O_CLOEXEC);
  close(folder);
  if (found === -errno.ENOENT)
    throw new RequestError(
      'ENOENT',
      'spec',
      `cannot access path ${base}/${subpath}: no such file or directory`,
    );
  const fd = check(`open ${base}/${subpath}`, found);
  try {
    return cloneTree(`/proc/self/fd/${fd}`);
  } finally {
    close(fd);
  }
}

/** openat2(2) below a directory, whose links are followed as if it were the root. @returns a descriptor or a negative error number */
export function openBelow(folder: number, path: string, how: number): number {
  // struct open_how: u64 flags, u64 mode, u64 resolve.
  const open = new Uint32Array([how, 0, 0, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS, 0]);
  return syscall(nr.openat2, folder, path, open, 24);
}
