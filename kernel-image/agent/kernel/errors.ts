/** Error names of the numbers that callers tell apart or show; the rest are shown as a number. */
const names: Record<number, string> = {
  1: 'EPERM',
  2: 'ENOENT',
  3: 'ESRCH',
  4: 'EINTR',
  5: 'EIO',
  6: 'ENXIO',
  7: 'E2BIG',
  8: 'ENOEXEC',
  9: 'EBADF',
  10: 'ECHILD',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  14: 'EFAULT',
  16: 'EBUSY',
  17: 'EEXIST',
  18: 'EXDEV',
  19: 'ENODEV',
  20: 'ENOTDIR',
  21: 'EISDIR',
  22: 'EINVAL',
  23: 'ENFILE',
  24: 'EMFILE',
  26: 'ETXTBSY',
  28: 'ENOSPC',
  29: 'ESPIPE',
  30: 'EROFS',
  31: 'EMLINK',
  32: 'EPIPE',
  36: 'ENAMETOOLONG',
  38: 'ENOSYS',
  39: 'ENOTEMPTY',
  40: 'ELOOP',
  75: 'EOVERFLOW',
  95: 'EOPNOTSUPP',
  97: 'EAFNOSUPPORT',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
  104: 'ECONNRESET',
  111: 'ECONNREFUSED',
};

export const errno = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  ECHILD: 10,
  EAGAIN: 11,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EPIPE: 32,
  ENOTEMPTY: 39,
  ELOOP: 40,
  EOPNOTSUPP: 95,
} as const;

/** A system call that failed, with what was being done. */
export class KernelError extends Error {
  readonly step: string;
  readonly errno: number;

  constructor(step: string, errno: number) {
    super(`${step}: ${errorName(errno)}`);
    this.step = step;
    this.errno = errno;
  }
}

/** What was asked for makes no sense: a bad spec, an unknown user, a container that is not there. */
export class RequestError extends Error {
  readonly code: string;
  readonly step: string;

  constructor(code: string, step: string, message: string) {
    super(message);
    this.code = code;
    this.step = step;
  }
}

export function errorName(errno: number): string {
  return names[errno] ?? `E${errno}`;
}

/** The answer of a system call, unless it is an error. */
export function check(step: string, result: number): number {
  // Addresses above 2 GiB are negative too: errors are only the last 4095 values.
  if (result < 0 && result > -4096) throw new KernelError(step, -result);
  return result;
}
