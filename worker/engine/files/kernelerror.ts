import { errnoText } from '../../go/errno.ts';

export const errorNumber = { ENOENT: 2, ENOTDIR: 20, EISDIR: 21 } as const;

/** A system call that failed in a container's file system; the message is as Go words it. */
export class FileError extends Error {
  readonly operation: string;
  readonly path: string;
  readonly number: number;

  constructor(operation: string, path: string, number: number) {
    super(`${operation} ${path}: ${errnoText(number)}`);
    this.name = 'FileError';
    this.operation = operation;
    this.path = path;
    this.number = number;
  }

  get isMissing(): boolean {
    return this.number === errorNumber.ENOENT;
  }
}
