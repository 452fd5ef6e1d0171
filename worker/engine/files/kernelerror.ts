/** Go's words for the kernel's error numbers (Linux, i386). */
const words: Readonly<Record<number, string>> = {
  1: 'operation not permitted',
  2: 'no such file or directory',
  5: 'input/output error',
  12: 'cannot allocate memory',
  13: 'permission denied',
  16: 'device or resource busy',
  17: 'file exists',
  18: 'invalid cross-device link',
  20: 'not a directory',
  21: 'is a directory',
  22: 'invalid argument',
  23: 'too many open files in system',
  24: 'too many open files',
  26: 'text file busy',
  27: 'file too large',
  28: 'no space left on device',
  30: 'read-only file system',
  31: 'too many links',
  36: 'file name too long',
  39: 'directory not empty',
  40: 'too many levels of symbolic links',
  95: 'operation not supported',
  122: 'disk quota exceeded',
};

export const errorNumber = { ENOENT: 2, ENOTDIR: 20, EISDIR: 21 } as const;

/** A system call that failed in a container's file system; the message is as Go words it. */
export class FileError extends Error {
  readonly operation: string;
  readonly path: string;
  readonly number: number;

  constructor(operation: string, path: string, number: number) {
    super(`${operation} ${path}: ${words[number] ?? `errno ${number}`}`);
    this.name = 'FileError';
    this.operation = operation;
    this.path = path;
    this.number = number;
  }

  get isMissing(): boolean {
    return this.number === errorNumber.ENOENT;
  }
}
