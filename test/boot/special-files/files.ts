/** What the container of special files is made of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packTar } from 'modern-tar';

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

export const image = 'busybox';
export const args = ['--cap-add', 'SYS_ADMIN', '--cap-add', 'MKNOD', '--cap-add', 'SETFCAP'];
export const command = ['sh', '/script.sh'];
/** Where it makes them. */
export const folder = 't/';

/** A tar with the script and the program that it uses. */
export function archive(): Promise<Uint8Array> {
  const program = Buffer.from(read('special.base64'), 'base64');
  return packTar([
    { header: { name: 'special', size: program.length, mode: 0o755 }, body: program },
    { header: { name: 'script.sh', size: Buffer.byteLength(read('script.sh')) }, body: read('script.sh') },
  ]);
}

/** What came of it. */
export interface Recorded {
  /** Of the layer, whose names and times do not depend on where it is made. */
  readonly diffId: string;
  readonly layer: readonly string[];
  readonly export: readonly string[];
  /** Of a container of the image. What is before 1970, or too late, is of 1970 there. */
  readonly again: readonly string[];
  readonly diff: readonly string[];
}
