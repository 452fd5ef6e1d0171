/** What isomorphic-git asks of a file system, in memory: https://isomorphic-git.org/docs/en/fs */
export class MemoryFiles {
  readonly #entries = new Map<string, Entry>([['/', { kind: 'directory', mode: 0o40755 }]]);
  readonly promises = this;

  async readFile(path: string, options?: Encoding): Promise<Uint8Array | string> {
    const entry = this.#get(path);
    if (entry.kind !== 'file') throw failure('EISDIR', path);
    return encodingOf(options) === 'utf8' ? new TextDecoder().decode(entry.bytes) : entry.bytes;
  }

  async writeFile(path: string, data: Uint8Array | string, options?: { mode?: number }): Promise<void> {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : Uint8Array.from(data);
    this.#parent(path);
    this.#entries.set(clean(path), { kind: 'file', mode: 0o100_000 | (options?.mode ?? 0o644), bytes });
  }

  async symlink(target: string, path: string): Promise<void> {
    this.#parent(path);
    this.#entries.set(clean(path), {
      kind: 'symlink',
      mode: 0o120777,
      bytes: new TextEncoder().encode(target),
    });
  }

  async readlink(path: string): Promise<Uint8Array> {
    const entry = this.#get(path);
    if (entry.kind !== 'symlink') throw failure('EINVAL', path);
    return entry.bytes;
  }

  async mkdir(path: string): Promise<void> {
    if (this.#entries.has(clean(path))) throw failure('EEXIST', path);
    this.#parent(path);
    this.#entries.set(clean(path), { kind: 'directory', mode: 0o40755 });
  }

  async readdir(path: string): Promise<string[]> {
    if (this.#get(path).kind !== 'directory') throw failure('ENOTDIR', path);
    const prefix = clean(path) === '/' ? '/' : `${clean(path)}/`;
    return [...this.#entries.keys()]
      .filter((key) => key !== '/' && key.startsWith(prefix) && !key.slice(prefix.length).includes('/'))
      .map((key) => key.slice(prefix.length));
  }

  async unlink(path: string): Promise<void> {
    if (this.#get(path).kind === 'directory') throw failure('EISDIR', path);
    this.#entries.delete(clean(path));
  }

  async rmdir(path: string): Promise<void> {
    if ((await this.readdir(path)).length > 0) throw failure('ENOTEMPTY', path);
    this.#entries.delete(clean(path));
  }

  async lstat(path: string): Promise<object> {
    const { kind, mode, ...entry } = this.#get(path);
    const size = 'bytes' in entry ? entry.bytes.length : 0;
    return {
      mode,
      size,
      ...unknown,
      isFile: () => kind === 'file',
      isDirectory: () => kind === 'directory',
      isSymbolicLink: () => kind === 'symlink',
    };
  }

  /** No link of a repository is followed. */
  stat(path: string): Promise<object> {
    return this.lstat(path);
  }

  #get(path: string): Entry {
    const entry = this.#entries.get(clean(path));
    if (entry === undefined) throw failure('ENOENT', path);
    return entry;
  }

  #parent(path: string): void {
    if (this.#get(clean(path).replace(/\/[^/]*$/, '') || '/').kind !== 'directory')
      throw failure('ENOTDIR', path);
  }
}

/** What nobody asks of files that are in memory. */
const unknown = { ino: 0, dev: 0, uid: 0, gid: 0, mtimeMs: 0, ctimeMs: 0 };

type Encoding = string | { readonly encoding?: string } | undefined;

type Entry =
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'file' | 'symlink'; readonly mode: number; readonly bytes: Uint8Array };

function encodingOf(options: Encoding): string | undefined {
  return typeof options === 'string' ? options : options?.encoding;
}

function clean(path: string): string {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return `/${names.join('/')}`;
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
