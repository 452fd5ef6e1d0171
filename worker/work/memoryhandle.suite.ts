/** A host's folder in memory, with the errors of the File System API; like Windows it may not tell case. */
export class MemoryDirectoryHandle {
  readonly kind = 'directory';
  readonly name: string;
  readonly children = new Map<string, MemoryDirectoryHandle | MemoryFileHandle>();
  readonly #tellsCase: boolean;
  /** Set to make every change fail. */
  refuses = false;
  /** Set to make what is done wait: the end of a listing or of a look at a file, a removal. */
  before: ((what: 'list' | 'look' | 'remove', name: string) => Promise<void> | void) | undefined;

  constructor(name = '', tellsCase = true) {
    this.name = name;
    this.#tellsCase = tellsCase;
  }

  async *entries(): AsyncGenerator<[string, MemoryDirectoryHandle | MemoryFileHandle]> {
    for (const entry of this.children) yield await Promise.resolve(entry);
    await this.before?.('list', this.name);
  }

  async getFileHandle(name: string, { create = false } = {}): Promise<MemoryFileHandle> {
    return this.#get(name, create, MemoryFileHandle, () => new MemoryFileHandle(name, this));
  }

  async getDirectoryHandle(name: string, { create = false } = {}): Promise<MemoryDirectoryHandle> {
    return this.#get(
      name,
      create,
      MemoryDirectoryHandle,
      () => new MemoryDirectoryHandle(name, this.#tellsCase),
    );
  }

  async removeEntry(name: string): Promise<void> {
    await this.before?.('remove', name);
    const there = this.#find(name);
    if (there === undefined) throw new DOMException(name, 'NotFoundError');
    this.children.delete(there);
  }

  /** All files below, by path. */
  async files(prefix = ''): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const [name, child] of this.children) {
      if (child instanceof MemoryFileHandle) found[prefix + name] = await (await child.getFile()).text();
      else Object.assign(found, await child.files(`${prefix}${name}/`));
    }
    return found;
  }

  /** As if somebody else had written it. */
  put(name: string, text: string): void {
    const handle = new MemoryFileHandle(name, this);
    handle.bytes = new TextEncoder().encode(text);
    this.children.set(name, handle);
  }

  async #get<T extends MemoryDirectoryHandle | MemoryFileHandle>(
    name: string,
    create: boolean,
    kind: abstract new (...args: never[]) => T,
    make: () => T,
  ): Promise<T> {
    const there = this.#find(name);
    const found = there === undefined ? undefined : this.children.get(there);
    if (found instanceof kind) return found;
    if (found) throw new DOMException(name, 'TypeMismatchError');
    if (!create) throw new DOMException(name, 'NotFoundError');
    if (this.refuses) throw new DOMException('The user refused', 'NotAllowedError');
    const made = make();
    this.children.set(name, made);
    return made;
  }

  #find(name: string): string | undefined {
    if (this.#tellsCase) return this.children.has(name) ? name : undefined;
    return [...this.children.keys()].find((other) => other.toLowerCase() === name.toLowerCase());
  }
}

let ticks = 0;

export class MemoryFileHandle {
  readonly kind = 'file';
  readonly name: string;
  readonly #directory: MemoryDirectoryHandle;
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  modified = 1_000_000 + ticks++;

  constructor(name: string, directory: MemoryDirectoryHandle) {
    this.name = name;
    this.#directory = directory;
  }

  async getFile(): Promise<Blob & { lastModified: number }> {
    if (![...this.#directory.children.values()].includes(this))
      throw new DOMException(this.name, 'NotFoundError');
    const file = Object.assign(new Blob([this.bytes]), { lastModified: this.modified });
    await this.#directory.before?.('look', this.name);
    return file;
  }

  async createWritable() {
    let written: Uint8Array<ArrayBuffer> = new Uint8Array();
    return {
      write: async (bytes: Uint8Array<ArrayBuffer>) => void (written = bytes.slice()),
      close: async () => {
        this.bytes = written;
        this.modified = 1_000_000 + ticks++;
      },
      abort: async () => undefined,
    };
  }
}

export function asHandle(directory: MemoryDirectoryHandle): FileSystemDirectoryHandle {
  return directory as unknown as FileSystemDirectoryHandle;
}
