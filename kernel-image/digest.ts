import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** sha256 as hexadecimal digits. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function fileSha256(path: string): string {
  return sha256(readFileSync(path));
}
