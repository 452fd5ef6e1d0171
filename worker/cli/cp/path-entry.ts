/** Paths as `docker cp` reads them: a slash or `/.` at the end means something. */
import { cleanPath, parentPath } from '../path.ts';

/** The last element of a path, as Go's path/filepath.Base. */
export function baseName(path: string): string {
  if (path === '') return '.';
  const bare = path.replace(/\/+$/, '');
  return bare === '' ? '/' : bare.slice(bare.lastIndexOf('/') + 1);
}

export function joinPath(...parts: readonly string[]): string {
  return cleanPath(parts.filter((part) => part !== '').join('/'));
}

export function endsWithSlash(path: string): boolean {
  return path.endsWith('/');
}

/** Whether the last element is `.`. */
export function isCurrentDirectory(path: string): boolean {
  return baseName(path) === '.';
}

export function assertsDirectory(path: string): boolean {
  return endsWithSlash(path) || isCurrentDirectory(path);
}

/** A cleaned path with what cleaning has taken from its end. */
export function preserveEnding(cleaned: string, original: string): string {
  let path = cleaned;
  if (!isCurrentDirectory(path) && isCurrentDirectory(original)) path += endsWithSlash(path) ? '.' : '/.';
  return !endsWithSlash(path) && endsWithSlash(original) ? `${path}/` : path;
}

/** The directory and the entry in it; `.` stays an entry. */
export function splitEntry(path: string): [directory: string, entry: string] {
  const cleaned = cleanPath(path) + (isCurrentDirectory(path) ? '/.' : '');
  return [parentPath(cleaned), baseName(cleaned)];
}

/** Where a link leads that is at `path`. */
export function linkedPath(path: string, target: string): string {
  return target.startsWith('/') ? target : joinPath(splitEntry(path)[0], target);
}

/**
 * The resolved path with the ending of the one that was given, and the name that the copy is to have where resolving has
 * changed it, else nothing.
 */
export function rebased(path: string, resolved: string): [resolved: string, name: string] {
  let whole = resolved;
  if (isCurrentDirectory(path) && !isCurrentDirectory(whole)) whole += '/.';
  if (endsWithSlash(path) && !endsWithSlash(whole)) whole += '/';
  return [whole, baseName(path) === baseName(whole) ? '' : baseName(path)];
}
