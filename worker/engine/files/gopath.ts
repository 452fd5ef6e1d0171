import { cleanPath } from '../volumes/mountconfig.ts';

/** Go's filepath.Join("/", path). */
export function absolute(path: string): string {
  return cleanPath(path);
}

/** Puts back the `/` or `/.` at the end of a path that cleaning has taken away: it says that a directory is meant. */
export function preserveTrailing(cleaned: string, original: string): string {
  const isRoot = cleaned.endsWith('/');
  if (base(original) === '.' && base(cleaned) !== '.') return `${cleaned}${isRoot ? '' : '/'}.`;
  return original.endsWith('/') && !isRoot ? `${cleaned}/` : cleaned;
}

/** Go's filepath.Base. */
export function base(path: string): string {
  if (path === '') return '.';
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** Go's filepath.Dir of a clean path. */
export function dir(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? '.' : path.slice(0, cut) || '/';
}

/** Go's filepath.Clean, which leaves `..` at the start of a relative path. */
export function clean(path: string): string {
  if (path.startsWith('/')) return cleanPath(path);
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/') || '.';
}
