import { check, errno } from '../kernel/errors.ts';
import { close, fileType, flags, list, open } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';
import { lstat, type Stat } from '../kernel/stat.ts';

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const piece = 1 << 20;

/** What one copy knows while it goes on. */
interface Copy {
  /** Where it all goes. */
  readonly into: Stat;
  /** The first name of each file, by inode. */
  readonly links: Map<number, string>;
}

/**
 * Copies what is in a directory, and its owner, mode and times, into one that is there. Hard links stay such. Where the
 * target is somewhere in the source, it is there as an empty directory.
 */
export function copyTree(source: string, target: string): void {
  copyInto(source, target, { into: lstat(target), links: new Map() });
  copyAttributes(source, target, lstat(source));
}

function copyInto(source: string, target: string, copy: Copy): void {
  for (const name of list(source)) copyEntry(`${source}/${name}`, `${target}/${name}`, copy);
}

function copyEntry(source: string, target: string, copy: Copy): void {
  const { into, links } = copy;
  const stat = lstat(source);
  const type = stat.mode & fileType.mask;
  const first = type !== fileType.directory && stat.links > 1 ? links.get(stat.inode) : undefined;
  if (first !== undefined) {
    check(`link ${target}`, syscall(nr.link, first, target));
    return;
  }
  links.set(stat.inode, target);
  if (type === fileType.directory) {
    check(`mkdir ${target}`, syscall(nr.mkdir, target, 0o700));
    if (stat.inode !== into.inode || stat.filesystem !== into.filesystem) copyInto(source, target, copy);
  } else if (type === fileType.regular) copyFile(source, target, stat.size);
  else if (type === fileType.link) copyLink(source, target);
  else check(`mknod ${target}`, syscall(nr.mknod, target, stat.mode, stat.device));
  copyAttributes(source, target, stat);
}

function copyFile(source: string, target: string, size: number): void {
  const from = open(source, flags.O_RDONLY);
  const to = open(target, flags.O_WRONLY | flags.O_CREAT | flags.O_EXCL, 0o600);
  for (let left = size; left > 0;) {
    const done = check(`copy ${source}`, syscall(nr.sendfile64, to, from, null, Math.min(left, piece)));
    if (done === 0) break;
    left -= done;
  }
  close(from);
  close(to);
}

function copyLink(source: string, target: string): void {
  const text = new Uint8Array(4096);
  const length = check(`readlink ${source}`, syscall(nr.readlink, source, text, text.length - 1));
  check(`symlink ${target}`, syscall(nr.symlink, text.subarray(0, length + 1), target));
}

/** The mode after the owner, whose change takes setuid bits away. */
function copyAttributes(source: string, target: string, { mode, uid, gid, modified }: Stat): void {
  check(`chown ${target}`, syscall(nr.lchown32, target, uid, gid));
  copyXattrs(source, target);
  if ((mode & fileType.mask) !== fileType.link)
    check(`chmod ${target}`, syscall(nr.chmod, target, mode & 0o7777));
  const times = new Int32Array([...modified, ...modified]);
  check(`utime ${target}`, syscall(nr.utimensat, AT_FDCWD, target, times, AT_SYMLINK_NOFOLLOW));
}

function copyXattrs(source: string, target: string): void {
  const names = new Uint8Array(4096);
  const length = syscall(nr.llistxattr, source, names, names.length);
  if (length === 0 || length === -errno.EOPNOTSUPP) return;
  const value = new Uint8Array(65536);
  for (const name of decode(names.subarray(0, check(`listxattr ${source}`, length))).split('\0')) {
    if (name === '' || name.startsWith('trusted.overlay.')) continue;
    const size = check(`getxattr ${source}`, syscall(nr.lgetxattr, source, name, value, value.length));
    check(`setxattr ${target}`, syscall(nr.lsetxattr, target, name, value, size, 0));
  }
}
