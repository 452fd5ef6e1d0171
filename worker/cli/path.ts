/** Paths of the client's machine, as Go's path/filepath has them. */

/** The shortest name of the same place: no `.`, no `..` but at the start of a relative path, no doubled slashes. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!rooted) parts.push(part);
  }
  return (rooted ? '/' : '') + parts.join('/') || '.';
}

/** A relative path is one from `directory`. */
export function absolutePath(path: string, directory: string): string {
  return cleanPath(path.startsWith('/') ? path : `${directory}/${path}`);
}

/** What begins with a dot is a path of the client's; everything else is taken as it is. */
export function resolveDotted(path: string, directory: string): string {
  return path.startsWith('.') ? absolutePath(path, directory) : path;
}

/** The directory that something is in. */
export function parentPath(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : cleanPath(path.slice(0, slash + 1));
}
