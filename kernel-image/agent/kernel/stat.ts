import { check } from './errors.ts';
import { nr } from './numbers.ts';

/** What is known of a file. */
export interface Stat {
  readonly mode: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  /** What a device file stands for. */
  readonly device: number;
  /** The device that the file is on. */
  readonly filesystem: number;
  readonly size: number;
  readonly inode: number;
  /** Of its last change: seconds and nanoseconds. */
  readonly modified: readonly [number, number];
}

const bytes = new Uint8Array(96);
const words = new Uint32Array(bytes.buffer);
const word = (offset: number): number => words[offset / 4] ?? 0;

/** Does not follow a link. */
export function lstat(path: string): Stat {
  check(`lstat ${path}`, syscall(nr.lstat64, path, bytes));
  return filled();
}

/** Of an open file. */
export function fstat(fd: number): Stat {
  check('fstat', syscall(nr.fstat64, fd, bytes));
  return filled();
}

/** The offsets are those of i386's struct stat64. */
function filled(): Stat {
  return {
    mode: word(16),
    links: word(20),
    uid: word(24),
    gid: word(28),
    device: word(32),
    filesystem: word(0),
    size: word(44) + word(48) * 2 ** 32,
    inode: word(88),
    modified: [word(72), word(76)],
  };
}
