import type { Attributes, DirEntry, File, FileSystemStatus } from './file.ts';
import type { MaybePromise } from './maybe.ts';
import { direntType, qidType } from './qid.ts';
import { encodeText } from '../oci/text.ts';

/** How a fixture's file answers: at once, or by promises. */
export type Timing = 'sync' | 'async';

let nextPath = 1;

/** A file of a tree in memory, for tests: the smallest complete backend. */
export class MemoryFile implements File {
  readonly qid;
  readonly mode: number;
  readonly #timing: Timing;
  readonly #attributes: Partial<Attributes>;

  constructor(mode: number, timing: Timing, attributes: Partial<Attributes> = {}) {
    this.mode = mode;
    this.qid = { type: qidType(mode), version: 1, path: nextPath++ };
    this.#timing = timing;
    this.#attributes = attributes;
  }

  getattr(): MaybePromise<Attributes> {
    const defaults = {
      uid: 0,
      gid: 0,
      nlink: 1,
      rdev: 0,
      size: 0,
      blocks: 0,
      mtime: { seconds: 1, nanoseconds: 0 },
    };
    return this.later({ ...defaults, mode: this.mode, ...this.#attributes });
  }

  statfs(): FileSystemStatus {
    return { blockSize: 4096, blocks: 1, blocksFree: 0, files: 1, filesFree: 0, id: 1 };
  }

  later<T>(value: T): MaybePromise<T> {
    return this.#timing === 'sync' ? value : Promise.resolve(value);
  }
}

export class MemoryRegular extends MemoryFile {
  readonly #data: Uint8Array;

  constructor(data: string | Uint8Array, timing: Timing, attributes: Partial<Attributes> = {}) {
    const bytes = typeof data === 'string' ? encodeText(data) : data;
    super(0o100644, timing, { size: bytes.length, ...attributes });
    this.#data = bytes;
  }

  read(offset: number, count: number): MaybePromise<Uint8Array> {
    return this.later(this.#data.subarray(offset, offset + count));
  }
}

export class MemorySymlink extends MemoryFile {
  readonly #target: string;

  constructor(target: string, timing: Timing) {
    super(0o120777, timing, { size: target.length });
    this.#target = target;
  }

  readlink(): MaybePromise<string> {
    return this.later(this.#target);
  }
}

export class MemoryDirectory extends MemoryFile {
  readonly #children: ReadonlyMap<string, MemoryFile>;

  constructor(children: Record<string, MemoryFile>, timing: Timing, mode = 0o755) {
    const directories = Object.values(children).filter((child) => child instanceof MemoryDirectory);
    super(0o040000 | mode, timing, { size: 4096, nlink: 2 + directories.length });
    this.#children = new Map(Object.entries(children));
  }

  lookup(name: string): MaybePromise<File | undefined> {
    return this.later(this.#children.get(name));
  }

  readdir(after: number): MaybePromise<Iterable<DirEntry>> {
    const all = [...this.#children].map(([name, { qid, mode }], i) => ({
      name,
      qid,
      type: direntType(mode),
      cookie: i + 1,
    }));
    return this.later(all.slice(after));
  }
}

/** The tree that the suite wants. */
export function memoryTree(timing: Timing): MemoryDirectory {
  const many = Array.from({ length: 500 }, (_, i) => [`file-${i}`, new MemoryRegular('', timing)] as const);
  const mtime = { seconds: 1234567890, nanoseconds: 123456789 };
  const big = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
  const sub = new MemoryDirectory({}, timing);
  return new MemoryDirectory(
    {
      hello: new MemoryRegular('hello, world\n', timing, { uid: 1000, gid: 1001, mtime }),
      big: new MemoryRegular(big, timing),
      empty: new MemoryRegular('', timing),
      link: new MemorySymlink('dir/inner', timing),
      dir: new MemoryDirectory({ inner: new MemoryRegular('inner\n', timing), sub }, timing, 0o750),
      many: new MemoryDirectory(Object.fromEntries(many), timing),
    },
    timing,
  );
}
