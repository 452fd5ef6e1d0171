/** The path of what is called so in a directory; both relative to /root/work. */
export function join(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

export function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What is wrong with a file's name, in words for people. */
export function wrongName(name: string): string | undefined {
  if (name === '') return 'It needs a name.';
  if (name === '.' || name === '..' || /[/\0]/.test(name))
    return 'A name may not be “.” or “..” or have a slash.';
  return new TextEncoder().encode(name).length > 255 ? 'The name is too long.' : undefined;
}
