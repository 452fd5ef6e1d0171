import { encodeText } from '../oci/text.ts';
import type { ErrnoName } from './errno.ts';

const nameMax = 255;

/** Why a client's name cannot be one of a file's; undefined for one that can. `..` is up to the caller. */
export function nameError(name: string): ErrnoName | undefined {
  if (name.length > nameMax) return 'ENAMETOOLONG';
  if (name === '' || name === '.' || name.includes('/') || name.includes('\0')) return 'ENOENT';
  return name.length * 3 > nameMax && encodeText(name).length > nameMax ? 'ENAMETOOLONG' : undefined;
}
