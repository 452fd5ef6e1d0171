import { check, errno, RequestError } from '../kernel/errors.ts';
import { close, flags, open } from '../kernel/files.ts';
import { cloneTree } from '../kernel/mounts.ts';
import { nr } from '../kernel/numbers.ts';

const RESOLVE_NO_MAGICLINKS = 0x02;
const RESOLVE_BENEATH = 0x08;
const RESOLVE_IN_ROOT = 0x10;

/** A detached copy of what lies at `subpath` below a directory; as in Docker no link on the way may lead out of it. */
export function openSubpath(base: string, subpath: string): number {
  const found = openWithin(base, subpath, flags.O_PATH | flags.O_CLOEXEC);
  if (found === -errno.ENOENT)
    throw new RequestError(
      'ENOENT',
      'spec',
      `cannot access path ${base}/${subpath}: no such file or directory`,
    );
  if (found === -errno.EXDEV)
    throw new RequestError(
      'EINVAL',
      'spec',
      `path concatenation escapes the base directory, base: ${base}, subpath: ${subpath}`,
    );
  const fd = check(`open ${base}/${subpath}`, found);
  try {
    return cloneTree(`/proc/self/fd/${fd}`);
  } finally {
    close(fd);
  }
}

/** Opens what lies below a directory, if no link leads out of it. @returns a descriptor or a negative error number */
export function openWithin(base: string, subpath: string, how: number): number {
  const folder = open(base, flags.O_PATH | flags.O_DIRECTORY);
  const found = openBelow(folder, subpath, how, RESOLVE_BENEATH);
  close(folder);
  return found;
}

/** openat2(2) below a directory, whose links are followed as if it were the root, unless told otherwise. @returns a descriptor or a negative error number */
export function openBelow(folder: number, path: string, how: number, resolve = RESOLVE_IN_ROOT): number {
  // struct open_how: u64 flags, u64 mode, u64 resolve.
  const open = new Uint32Array([how, 0, 0, 0, resolve | RESOLVE_NO_MAGICLINKS, 0]);
  return syscall(nr.openat2, folder, path, open, 24);
}
