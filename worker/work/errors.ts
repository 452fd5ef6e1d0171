import { NinepError } from '../ninep/errno.ts';
import type { ErrnoName } from '../ninep/errno.ts';

/** https://webidl.spec.whatwg.org/#idl-DOMException-error-names, as the File System API uses them. */
const byName: Readonly<Record<string, ErrnoName>> = {
  NotFoundError: 'ENOENT',
  NotAllowedError: 'EACCES',
  SecurityError: 'EACCES',
  NoModificationAllowedError: 'EBUSY',
  InvalidModificationError: 'ENOTEMPTY',
  TypeMismatchError: 'EISDIR',
  QuotaExceededError: 'ENOSPC',
  TypeError: 'EINVAL',
};

/** What the host's file system said, as the guest's errors. */
export function hostError(error: unknown): NinepError {
  if (error instanceof NinepError) return error;
  if (!(error instanceof Error)) return new NinepError('EIO', String(error));
  return new NinepError(byName[error.name] ?? 'EIO', error.message);
}

export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
