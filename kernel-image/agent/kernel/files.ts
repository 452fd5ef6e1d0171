import { check, errno, KernelError } from './errors.ts';
import { nr } from './numbers.ts';

export const flags = {
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_NOCTTY: 0o400,
  O_TRUNC: 0o1000,
  O_APPEND: 0o2000,
  O_NONBLOCK: 0o4000,
  O_DIRECTORY: 0o200000,
  O_NOFOLLOW: 0o400000,
  O_CLOEXEC: 0o2000000,
  O_PATH: 0o10000000,
} as const;

export function open(path: string, how: number, mode = 0): number {
  return check(`open ${path}`, syscall(nr.open, path, how | flags.O_CLOEXEC, mode));
}

export function close(fd: number): void {
  syscall(nr.close, fd);
}

/** Closes every descriptor above standard error that is not among these. */
export function closeOthers(kept: readonly number[]): void {
  let from = 3;
  for (const fd of kept.filter((one) => one >= from).sort((a, b) => a - b)) {
    if (fd > from) check('close_range', syscall(nr.close_range, from, fd - 1, 0));
    from = fd + 1;
  }
  check('close_range', syscall(nr.close_range, from, -1, 0));
}

/** Reads at most `buffer.length` bytes; -1 when there is nothing to read now. */
export function read(fd: number, buffer: Uint8Array): number {
  const got = syscall(nr.read, fd, buffer, buffer.length);
  if (got === -errno.EAGAIN || got === -errno.EINTR) return -1;
  return check('read', got);
}

/** Writes what goes; 0 when nothing can be written now. */
export function write(fd: number, bytes: Uint8Array): number {
  const done = syscall(nr.write, fd, bytes, bytes.length);
  if (done === -errno.EAGAIN || done === -errno.EINTR) return 0;
  return check('write', done);
}

export function readFile(path: string): string {
  const text = readText(path);
  if (typeof text === 'number') throw new KernelError(`read ${path}`, -text);
  return text;
}

/** The file's text, or nothing when there is no such file. */
export function readFileIfAny(path: string): string | undefined {
  const text = readText(path);
  if (text === -errno.ENOENT) return undefined;
  if (typeof text === 'number') throw new KernelError(`read ${path}`, -text);
  return text;
}

/** Replaces the file's contents. */
export function writeFile(path: string, text: string, mode = 0o644): void {
  const fd = open(path, flags.O_WRONLY | flags.O_CREAT | flags.O_TRUNC, mode);
  try {
    writeText(fd, path, text);
  } finally {
    close(fd);
  }
}

/** Writes to a control file (cgroup, proc, sysfs), which must be there. */
export function control(path: string, text: string): void {
  const fd = open(path, flags.O_WRONLY);
  try {
    writeText(fd, path, text);
  } finally {
    close(fd);
  }
}

function writeText(fd: number, path: string, text: string): void {
  if (text === '') return;
  const bytes = new Uint8Array(encode(text));
  let done = 0;
  while (done < bytes.length - 1) {
    const rest = bytes.subarray(done, bytes.length - 1);
    done += check(`write ${path}`, syscall(nr.write, fd, rest, rest.length));
  }
}

export function mkdir(path: string, mode = 0o755): void {
  check(`mkdir ${path}`, syscall(nr.mkdir, path, mode));
}

/** Creates a directory and its parents; one that is there already is fine. */
export function mkdirs(path: string, mode = 0o755): void {
  const result = syscall(nr.mkdir, path, mode);
  if (result === -errno.ENOENT) {
    mkdirs(path.slice(0, Math.max(1, path.lastIndexOf('/'))), 0o755);
    mkdir(path, mode);
  } else if (result !== -errno.EEXIST) check(`mkdir ${path}`, result);
}

/** Whether the path is there after following links. */
export function exists(path: string): boolean {
  return syscall(nr.stat64, path, statBuffer) === 0;
}

const statBuffer = new Uint8Array(96);
const statWords = new Uint32Array(statBuffer.buffer);

/** The mode of a file after following links, or a negative error number. `st_mode` lies at byte 16 of struct stat64. */
export function modeOf(path: string): number {
  const result = syscall(nr.stat64, path, statBuffer);
  return result < 0 ? result : (statWords[4] ?? 0);
}

/** The mode of an open file, also of one that is open as a path only. */
export function modeOfOpen(fd: number): number {
  check('fstat', syscall(nr.fstat64, fd, statBuffer));
  return statWords[4] ?? 0;
}

/** The device number of the file that `modeOf` was last asked for. `st_rdev` lies at byte 32. */
export function lastDevice(): number {
  return statWords[8] ?? 0;
}

export const fileType = {
  mask: 0o170000,
  character: 0o020000,
  directory: 0o040000,
  block: 0o060000,
  regular: 0o100000,
  link: 0o120000,
} as const;

/** Names in a directory, without `.` and `..`. */
export function list(path: string): string[] {
  const fd = open(path, flags.O_RDONLY | flags.O_DIRECTORY);
  const buffer = new Uint8Array(8192);
  const names: string[] = [];
  for (;;) {
    const got = check(`read ${path}`, syscall(nr.getdents64, fd, buffer, buffer.length));
    if (got === 0) break;
    collectNames(buffer, got, names);
  }
  close(fd);
  return names;
}

/** struct linux_dirent64: u64 inode, u64 offset, u16 length, u8 type, NUL-terminated name. */
function collectNames(buffer: Uint8Array, length: number, names: string[]): void {
  let at = 0;
  while (at < length) {
    const size = (buffer[at + 16] ?? 0) | ((buffer[at + 17] ?? 0) << 8);
    const end = buffer.indexOf(0, at + 19);
    const name = decode(buffer.subarray(at + 19, end));
    if (name !== '.' && name !== '..') names.push(name);
    at += size;
  }
}
