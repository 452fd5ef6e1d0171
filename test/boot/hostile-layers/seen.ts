/** What is seen of a container's files, in the tar that an export is. */
import { createHash } from 'node:crypto';
import { readTar } from '../../../worker/oci/tar/reader.ts';
import type { TarEntry } from '../../../worker/oci/tar/scanner.ts';
import { decodeText } from '../../../worker/oci/text.ts';

/** A file's looks by its path; or the error that the image was refused with. */
export type Seen = Readonly<Record<string, string>> | { readonly error: string };

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What the engine puts into every container. */
const engines = new Set(
  ['', '.dockerenv', 'dev', 'dev/console', 'dev/pts', 'dev/shm', 'etc', 'etc/hostname', 'etc/hosts'].concat([
    'etc/mtab',
    'etc/resolv.conf',
    'proc',
    'sys',
  ]),
);

/** The files of an export. Directories that are made anew are dated by the engine, so theirs are left out. */
export async function seenIn(tar: AsyncIterable<Uint8Array>): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  let path = '';
  let hash = createHash('sha256');
  for await (const event of readTar(tar)) {
    if ('bytes' in event) {
      hash.update(event.bytes);
      const at = seen[path];
      if (at !== undefined) seen[path] = at.replace(/#.*/, `#${hash.copy().digest('hex').slice(0, 8)}`);
      continue;
    }
    path = decodeText(event.entry.path).replace(/^\.\//, '').replace(/\/$/, '');
    hash = createHash('sha256');
    if (!engines.has(path)) seen[path] = looks(event.entry);
  }
  return seen;
}

function looks({ type, mode, uid, gid, mtime, size, link, major, minor, xattrs }: TarEntry): string {
  const attributes = [...(xattrs ?? [])].map(
    ([name, value]) => `${name}=${Buffer.from(value).toString('hex')}`,
  );
  return [
    type,
    mode.toString(8),
    `${uid}:${gid}`,
    type === 'directory' ? '' : String(mtime.seconds),
    type === 'file' ? `${size}#` : '',
    type === 'symlink' || type === 'hardlink' ? `-> ${decodeText(link)}` : '',
    type === 'character' || type === 'block' ? `${major},${minor}` : '',
    ...attributes.sort(),
  ]
    .filter((part) => part !== '')
    .join(' ');
}
