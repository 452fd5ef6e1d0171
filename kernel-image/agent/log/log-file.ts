import type { LogSpec } from '../../../worker/protocol/agent.ts';
import { logHeaderSize, writeLogHeader } from '../../../worker/protocol/log.ts';
import { close, exists, flags, open } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';

const CLOCK_REALTIME = 0;
const SEEK_END = 2;
const newline = 10;

/** Who wants to know whether a log is being written. */
export interface LogWatcher {
  held(log: LogFile): void;
  released(log: LogFile): void;
}

/**
 * Keeps what a run of a container writes, one record a piece, in a file that is made with the first of them. What cannot
 * be written (the disk is full) is lost to the log, and nothing else is.
 */
export class LogFile {
  readonly #path: string;
  readonly #limits: LogSpec;
  readonly #watcher: LogWatcher;
  readonly #header = new Uint8Array(logHeaderSize);
  readonly #time = new Int32Array(2);
  /** struct iovec for the header and for the bytes. */
  readonly #pieces = new Uint32Array([address(this.#header), logHeaderSize, 0, 0]);
  /** Bytes of standard output and standard error so far. */
  readonly logged: [number, number] = [0, 0];
  #fd = -1;
  #size = 0;
  #users = 0;

  constructor(path: string, limits: LogSpec, watcher: LogWatcher) {
    this.#path = path;
    this.#limits = limits;
    this.#watcher = watcher;
  }

  /** One stream more is kept here. */
  hold(): void {
    if (this.#users++ === 0) this.#watcher.held(this);
  }

  /** A stream has ended. */
  release(): void {
    if (--this.#users > 0) return;
    if (this.#fd >= 0) {
      this.#write(false, empty);
      close(this.#fd);
    }
    this.#fd = -1;
    this.#watcher.released(this);
  }

  append(isError: boolean, bytes: Uint8Array): void {
    this.logged[isError ? 1 : 0] += bytes.length;
    syscall(nr.clock_gettime, CLOCK_REALTIME, this.#time);
    let rest = bytes;
    while (rest.length > 0) {
      const piece = this.#fitting(rest);
      this.#write(isError, piece);
      rest = rest.subarray(piece.length);
    }
  }

  /** The whole of it, or whole lines as far as a file takes them. */
  #fitting(bytes: Uint8Array): Uint8Array {
    const most = Math.max(this.#limits.maxSize - logHeaderSize, 1);
    if (bytes.length <= most) return bytes;
    const end = bytes.subarray(0, most).lastIndexOf(newline) + 1;
    return bytes.subarray(0, end > 0 ? end : most);
  }

  #write(isError: boolean, bytes: Uint8Array): void {
    if (!this.#makeRoom(logHeaderSize + bytes.length)) return;
    writeLogHeader(this.#header, isError, bytes.length, this.#time[0] ?? 0, this.#time[1] ?? 0);
    this.#pieces[3] = bytes.length;
    if (bytes.length > 0) this.#pieces[2] = address(bytes);
    const done = syscall(nr.writev, this.#fd, this.#pieces, bytes.length > 0 ? 2 : 1);
    if (done === logHeaderSize + bytes.length) this.#size += done;
    else if (done > 0) this.#takeBack(done);
  }

  /** @returns whether there is a file to write to */
  #makeRoom(size: number): boolean {
    if (this.#fd < 0 && !this.#open()) return false;
    if (this.#size === 0 || this.#size + size <= this.#limits.maxSize) return true;
    this.#rotate();
    return this.#open();
  }

  #open(): boolean {
    const fd = syscall(
      nr.open,
      this.#path,
      flags.O_WRONLY | flags.O_CREAT | flags.O_APPEND | flags.O_CLOEXEC | flags.O_NOFOLLOW,
      0o640,
    );
    if (fd < 0) return false;
    this.#fd = fd;
    this.#size = this.#end();
    return true;
  }

  /** Half a record would make the rest unreadable. */
  #takeBack(written: number): void {
    syscall(nr.ftruncate, this.#fd, this.#end() - written);
  }

  #end(): number {
    return Math.max(0, syscall(nr.lseek, this.#fd, 0, SEEK_END));
  }

  /** The files move up by one; the oldest goes. */
  #rotate(): void {
    close(this.#fd);
    this.#fd = -1;
    const { maxFiles } = this.#limits;
    for (let number = maxFiles - 1; number > 1; number--)
      syscall(nr.rename, numbered(this.#path, number - 1), numbered(this.#path, number));
    if (maxFiles > 1) syscall(nr.rename, this.#path, numbered(this.#path, 1));
    else syscall(nr.unlink, this.#path);
  }
}

const empty = new Uint8Array(0);
const numbered = (path: string, number: number): string => `${path}.${number}`;

/** Opens the files of a log, the oldest first. */
export function openLog(path: string): number[] {
  const paths = [path];
  for (let number = 1; exists(numbered(path, number)); number++) paths.unshift(numbered(path, number));
  return paths.filter(exists).map((one) => open(one, flags.O_RDONLY));
}
