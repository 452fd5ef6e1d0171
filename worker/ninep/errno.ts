import type { ErrorKind } from '../oci/errors.ts';
import { errorKind } from '../oci/errors.ts';

/** Linux error numbers as Rlerror carries them: include/uapi/asm-generic/errno-base.h and errno.h. */
export const errno = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EFBIG: 27,
  ENOSPC: 28,
  EROFS: 30,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENODATA: 61,
  EBADMSG: 74,
  EMSGSIZE: 90,
  EOPNOTSUPP: 95,
  ESTALE: 116,
} as const;

export type ErrnoName = keyof typeof errno;

/** Thrown by a `File` or a handler to answer with a certain errno. */
export class NinepError extends Error {
  readonly code: ErrnoName;

  constructor(code: ErrnoName, message: string = code) {
    super(message);
    this.name = 'NinepError';
    this.code = code;
  }
}

/** The one place where anything thrown becomes an errno. */
export function errnoOf(error: unknown): number {
  return errno[error instanceof NinepError ? error.code : byKind[errorKind(error)]];
}

const byKind: Readonly<Record<ErrorKind, ErrnoName>> = {
  'not-found': 'ENOENT',
  conflict: 'EEXIST',
  invalid: 'EINVAL',
  'not-modified': 'EEXIST',
  forbidden: 'EACCES',
  'not-implemented': 'EOPNOTSUPP',
  unavailable: 'EAGAIN',
  internal: 'EIO',
};
