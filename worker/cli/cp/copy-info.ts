import { StatusError } from '../errors.ts';
import { cleanPath } from '../path.ts';
import { FileError } from '../session.ts';
import type { ClientFiles } from '../session.ts';
import { fileType } from '../syscalls.ts';
import type { FileStat } from '../syscalls.ts';
import {
  assertsDirectory,
  baseName,
  endsWithSlash,
  joinPath,
  linkedPath,
  rebased,
  splitEntry,
} from './path-entry.ts';

/** What is known of one end of a copy. https://github.com/moby/go-archive/blob/v0.1.0/copy.go */
export interface CopyInfo {
  readonly path: string;
  readonly exists: boolean;
  readonly isDirectory: boolean;
  /** What the entry is to be called instead of the path's last element; empty when that is right. */
  readonly rebaseName: string;
}

const noSuchFile = 2;
const maxLinks = 10;
const maxLinksOnTheWay = 255;

export function isDirectory(stat: FileStat | undefined): boolean {
  return stat !== undefined && (stat.mode & fileType.mask) === fileType.directory;
}

function isLink(stat: FileStat | undefined): boolean {
  return stat !== undefined && (stat.mode & fileType.mask) === fileType.link;
}

/** The client's own end of a copy into a container; links before the last element are followed, and the last with `follow`. */
export async function sourceInfo(files: ClientFiles, path: string, follow: boolean): Promise<CopyInfo> {
  const [resolved, rebaseName] = await resolveSource(files, path, follow);
  const stat = await files.lstat(resolved);
  if (!stat) throw new FileError('lstat', resolved, noSuchFile);
  return { path: resolved, exists: true, isDirectory: isDirectory(stat), rebaseName };
}

async function resolveSource(
  files: ClientFiles,
  path: string,
  follow: boolean,
): Promise<[path: string, rebaseName: string]> {
  if (follow) return rebased(path, await followLinks(files, path));
  const slash = path.lastIndexOf('/') + 1;
  const resolved = `${await followLinks(files, path.slice(0, slash))}/${path.slice(slash)}`;
  const renamed = endsWithSlash(path) && baseName(path) !== baseName(resolved);
  return [resolved, renamed ? baseName(path) : ''];
}

/** An absolute path without links in it. Rejects when it leads nowhere. */
export async function followLinks(files: ClientFiles, path: string): Promise<string> {
  let resolved = '';
  const ahead = path.split('/').filter((part) => part !== '' && part !== '.');
  const slash = endsWithSlash(path);
  for (let links = 0; ahead.length > 0;) {
    const part = ahead.shift() ?? '';
    if (part === '..') {
      resolved = resolved.slice(0, Math.max(resolved.lastIndexOf('/'), 0));
      continue;
    }
    const next = `${resolved}/${part}`;
    const stat = await files.lstat(next);
    if (!stat) throw new FileError('lstat', next, noSuchFile);
    if (isLink(stat)) {
      if (++links > maxLinksOnTheWay) throw new StatusError(1, 'EvalSymlinks: too many links');
      const target = await files.readLink(next);
      if (target.startsWith('/')) resolved = '';
      ahead.unshift(...target.split('/').filter((piece) => piece !== '' && piece !== '.'));
      continue;
    }
    if (!isDirectory(stat) && (ahead.length > 0 || slash)) throw new StatusError(1, 'not a directory');
    resolved = next;
  }
  return resolved === '' ? '/' : resolved;
}

/** The client's own end of a copy out of a container: links are followed, also those that lead nowhere yet. */
export async function destinationInfo(files: ClientFiles, given: string): Promise<CopyInfo> {
  let path = given;
  let stat = await files.lstat(path);
  for (let links = 0; isLink(stat); links++) {
    if (links > maxLinks) throw new StatusError(1, `too many symlinks in ${given}`);
    path = linkedPath(path, await files.readLink(path));
    stat = await files.lstat(path);
  }
  if (stat) return { path, exists: true, isDirectory: isDirectory(stat), rebaseName: '' };
  const [parent] = splitEntry(path);
  const parentStat = await files.stat(parent);
  if (!parentStat) throw new FileError('stat', parent, noSuchFile);
  if (!isDirectory(parentStat)) throw new StatusError(1, 'not a directory');
  return { path, exists: false, isDirectory: false, rebaseName: '' };
}

/** How an archive of the source becomes the destination: the directory to unpack it in, and what to call its entries there. */
export interface CopyPlan {
  readonly directory: string;
  readonly rename: (name: string) => string;
}

const asItIs = (name: string): string => name;

/** @throws StatusError when the one cannot become the other. */
export function planCopy(source: CopyInfo, destination: CopyInfo): CopyPlan {
  if (destination.exists && destination.isDirectory) return { directory: destination.path, rename: asItIs };
  if (destination.exists && source.isDirectory) throw new StatusError(1, 'cannot copy directory');
  if (!destination.exists && !source.isDirectory && assertsDirectory(destination.path))
    throw new StatusError(1, 'no such directory');
  const [directory, base] = splitEntry(destination.path);
  const from = source.rebaseName === '' ? splitEntry(source.path)[1] : source.rebaseName;
  return { directory, rename: renaming(from, base) };
}

/** Replaces the first element's name; the root has none, and what is in it goes below the new name. */
export function renaming(from: string, to: string): (name: string) => string {
  return from === '/' ? (name) => joinPath(to, name) : (name) => name.replace(from, () => to);
}

/** Refuses a path to write to that has no directory, or is a device. */
export async function checkOutputPath(files: ClientFiles, path: string): Promise<void> {
  const directory = joinPath(splitEntry(cleanPath(path))[0]);
  if (directory !== '.' && !(await files.stat(directory)))
    throw new StatusError(1, `invalid output path: directory "${directory}" does not exist`);
  const type = ((await files.stat(path))?.mode ?? 0) & fileType.mask;
  if (type === fileType.block || type === fileType.character) {
    const what = `"${path}" must be a directory or a regular file`;
    throw new StatusError(1, `invalid output path: ${what}: got a device`);
  }
}
