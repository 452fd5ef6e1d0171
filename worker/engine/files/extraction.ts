import type { TarEntry } from '../../oci/tar/scanner.ts';
import { decodeText, encodeText } from '../../oci/text.ts';
import { errorMessage } from '../../oci/errors.ts';
import type { TreeRecord } from '../../protocol/filetree.ts';
import { recordFlag, recordKind, treeRecord } from '../../protocol/filetree.ts';
import { internal } from '../errors.ts';
import { cleanPath } from '../volumes/mountconfig.ts';
import type { Filetree } from './filetree.ts';
import { clean, dir } from './gopath.ts';
import { errorNumber, FileError } from './kernelerror.ts';
import { readTar } from '../../oci/tar/reader.ts';
import { entryFileTypes } from '../../layers/entrymode.ts';

export interface ExtractionOptions {
  /** A directory of the root, as a clean path. */
  readonly destination: string;
  /** Refuses to put a directory in a file's place, or the other way round. */
  readonly keepKind: boolean;
  /** Of everything, instead of what the archive says. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * Unpacks an archive with a program that was started to `unpack` and has told of its destination. What the archive names
 * outside of that is refused; links that the container has in it are followed within the container's root, as in Docker.
 * https://github.com/moby/go-archive/blob/v0.1.0/archive.go (Unpack)
 */
export async function extract(
  tree: Filetree,
  tar: AsyncIterable<Uint8Array>,
  options: ExtractionOptions,
): Promise<void> {
  try {
    await feed(tree, readTar(tar), options);
    await tree.finish();
  } catch (error) {
    throw overwriteError(error, options.destination);
  }
}

async function feed(
  tree: Filetree,
  events: ReturnType<typeof readTar>,
  options: ExtractionOptions,
): Promise<void> {
  const directories: TreeRecord[] = [];
  for (;;) {
    const { done, value: event } = await events.next().catch(notATar);
    if (done) break;
    if ('bytes' in event) await tree.write(event.bytes);
    else {
      const record = recordOf(event.entry, options);
      await tree.say(record);
      if (event.entry.type === 'directory') directories.push({ ...record, kind: recordKind.times });
    }
  }
  // Last, since whatever is made in a directory changes its times.
  for (const record of directories) if (!(record.flags & recordFlag.destination)) await tree.say(record);
}

/** Docker answers 500 to what is no tar. */
function notATar(error: unknown): never {
  throw internal(errorMessage(error), error);
}

function recordOf(entry: TarEntry, { destination, keepKind, owner }: ExtractionOptions): TreeRecord {
  const name = clean(decodeText(entry.path));
  const path = cleanPath(`${destination}/${name}`);
  if (!isWithin(destination, path)) throw internal(`${quote(name)} is outside of ${quote(destination)}`);
  const flags =
    (entry.type === 'file' ? recordFlag.contents : 0) |
    (entry.type === 'hardlink' ? recordFlag.linked : 0) |
    (keepKind ? recordFlag.keepKind : 0) |
    (name === '.' ? recordFlag.destination : 0);
  return treeRecord(recordKind.entry, {
    flags,
    mode: (entry.mode & 0o7777) | entryFileTypes[entry.type],
    uid: owner?.uid ?? entry.uid,
    gid: owner?.gid ?? entry.gid,
    major: entry.major,
    minor: entry.minor,
    size: entry.size,
    ...boundTime(entry.mtime),
    name: encodeText(path),
    link: linkOf(entry, path, destination),
    ...(entry.xattrs && { attributes: entry.xattrs }),
  });
}

/** Hard links name another entry of the archive; symbolic ones may say what they like, but may not lead up out of it. */
function linkOf(entry: TarEntry, path: string, destination: string): Uint8Array {
  const link = decodeText(entry.link);
  if (entry.type === 'hardlink') {
    const target = cleanPath(`${destination}/${link}`);
    if (!isWithin(destination, target)) throw internal(`invalid hardlink ${quote(target)} -> ${quote(link)}`);
    return encodeText(target);
  }
  if (entry.type !== 'symlink') return none;
  if (!isWithin(destination, cleanPath(`${dir(path)}/${link}`)))
    throw internal(`invalid symlink ${quote(path)} -> ${quote(link)}`);
  return entry.link;
}

const none = new Uint8Array();

function isWithin(directory: string, path: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

/** What Go's 64 bits of nanoseconds since 1970 do not hold becomes 1970. */
const lastSecond = 9_223_372_036;

function boundTime({ seconds, nanoseconds }: TarEntry['mtime']): Pick<TreeRecord, 'seconds' | 'nanoseconds'> {
  return seconds < 0 || seconds >= lastSecond ? { seconds: 0, nanoseconds: 0 } : { seconds, nanoseconds };
}

function overwriteError(error: unknown, destination: string): unknown {
  if (!(error instanceof FileError) || error.operation !== 'overwrite') return error;
  const [old, new_] =
    error.number === errorNumber.EISDIR ? ['directory', 'non-directory'] : ['non-directory', 'directory'];
  return internal(`cannot overwrite ${old} ${quote(error.path)} with ${new_} ${quote(destination)}`);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
