/** Go's filepath.Clean. */
export function cleanRelative(path: string): string {
  const isAbsolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!isAbsolute) parts.push(part);
  }
  return isAbsolute ? `/${parts.join('/')}` : parts.join('/') || '.';
}

/** The names in a path as they stand under a root that nothing leads out of. */
export function namesIn(path: string): string[] {
  return cleanRelative(`/${path}`)
    .split('/')
    .filter((name) => name !== '');
}

/** Go's path.Join of two absolute paths, the second one below the first unless it is absolute itself. */
export function resolvePath(directory: string, path: string): string {
  return cleanRelative(path.startsWith('/') ? path : `/${directory}/${path}`);
}

/** Go's filepath.Base. */
export function baseName(path: string): string {
  return namesIn(path).at(-1) ?? '/';
}
