import { tarEnd, tarHeader, tarPadding } from '../../oci/tar/writer.ts';
import type { NewTarEntry } from '../../oci/tar/writer.ts';
import type { ClientFiles, WalkedFile } from '../session.ts';
import { entryTypes, fileType } from '../syscalls.ts';
import { encodeText } from '../text.ts';
import type { CopyInfo } from './copy-info.ts';
import { renaming, type CopyPlan } from './copy-info.ts';
import { splitEntry } from './path-entry.ts';

/**
 * A tar of the client's files, as Docker's client makes it: names begin with the source's last element, times are whole
 * seconds, second names of a file are hard links, sockets are left out.
 */
export async function* localTar(
  files: ClientFiles,
  source: CopyInfo,
  rename: CopyPlan['rename'],
): AsyncGenerator<Uint8Array> {
  const names = new Map<string, string>();
  for await (const file of files.walk(source.path.replace(/(?<=.)\/+$/, ''))) {
    const entry = localEntry(file, rename(nameOf(file.path, source)), names);
    if (!entry) continue;
    yield tarHeader(entry);
    if (entry.type !== 'file') continue;
    yield* file.content;
    yield tarPadding(file.stat.size);
  }
  yield tarEnd;
}

/** What a file below the source is called in the archive. */
function nameOf(path: string, { path: source, rebaseName }: CopyInfo): string {
  const [, include] = splitEntry(source);
  const below = path.slice(source.replace(/\/+$/, '').length).replace(/^\/+/, '');
  const top = include === '/' ? '' : include;
  const name = below === '' ? include.replace(/^\/$/, '.') : top === '' ? below : `${top}/${below}`;
  return rebaseName === '' ? name : renaming(include, rebaseName === '/' ? '' : rebaseName)(name);
}

/** A file as it goes into an archive, under a name there; nothing for a socket. `names` knows the first names of files that have several. */
export function localEntry(
  file: WalkedFile,
  name: string,
  names: Map<string, string>,
): NewTarEntry | undefined {
  const { stat, target, capability } = file;
  const type = entryTypes[stat.mode & fileType.mask];
  if (type === undefined) return undefined;
  const { mode, uid, gid, mtime } = stat;
  const common = { path: encodeText(name), mode, uid, gid, mtime: mtime.seconds };
  if (type === 'directory')
    return { ...common, type, path: encodeText(name.endsWith('/') ? name : `${name}/`) };
  const first = stat.links > 1 ? names.get(stat.identity) : undefined;
  if (first !== undefined) return { ...common, type: 'hardlink', link: encodeText(first) };
  if (stat.links > 1) names.set(stat.identity, name);
  if (type === 'symlink') return { ...common, type, link: encodeText(target) };
  if (type !== 'file') return { ...common, type, major: stat.major, minor: stat.minor };
  const attributes = capability && new Map([['security.capability', capability]]);
  return { ...common, type, size: stat.size, ...(attributes ? { attributes } : {}) };
}
