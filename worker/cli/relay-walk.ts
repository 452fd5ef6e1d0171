import { FileError } from './session.ts';
import type { ListedFile, WalkedFile } from './session.ts';
import { fileType } from './syscalls.ts';
import type { DirectoryEntry, FileStat } from './syscalls.ts';

/** What a walk asks; every answer may be awaited late. */
export interface TreeSource {
  lstat(path: string): Promise<FileStat | undefined>;
  readLink(path: string): Promise<string>;
  /** The entries of a directory, in no order. */
  list(path: string): Promise<DirectoryEntry[]>;
  capability(path: string): Promise<Uint8Array | undefined>;
  /** A file that is not large: opened, read and closed without waiting in between. */
  small(path: string, size: number): Promise<Uint8Array>;
  open(path: string): Promise<AsyncIterable<Uint8Array>>;
}

/** Entries of a directory that are asked about before it is their turn, so that the answers come while others are used. */
const ahead = 16;
const smallSize = 64 * 1024;
const noSuchFile = 2;

/** What has been asked about an entry. */
interface Asked<F> {
  readonly file: Promise<F>;
  /** Of a directory, where the one that it is in says that it is one. */
  readonly entries: Promise<DirectoryEntry[]> | undefined;
}

type Enters = (directory: string) => boolean;

export function walkTree(
  source: TreeSource,
  path: string,
  enters: Enters = () => true,
): AsyncGenerator<WalkedFile> {
  return new Walk(source, enters, look).from(path);
}

/** As {@link walkTree}, without contents. */
export function listTree(
  source: TreeSource,
  path: string,
  enters: Enters = () => true,
): AsyncGenerator<ListedFile> {
  return new Walk(source, enters, glance).from(path);
}

/** The contents of files, one after the other; some are asked for before it is their turn. */
export async function* readFiles(
  source: TreeSource,
  files: readonly { readonly path: string; readonly size: number }[],
): AsyncGenerator<AsyncIterable<Uint8Array>> {
  const asked: AsyncIterable<Uint8Array>[] = [];
  for (const at of files.keys()) {
    for (const { path, size } of files.slice(asked.length, at + ahead))
      asked.push(contentOf(source, path, size));
    const next = asked[at];
    if (next) yield next;
  }
}

class Walk<F extends ListedFile> {
  readonly #source: TreeSource;
  readonly #enters: Enters;
  readonly #look: (source: TreeSource, path: string) => Promise<F>;

  constructor(source: TreeSource, enters: Enters, look: (source: TreeSource, path: string) => Promise<F>) {
    this.#source = source;
    this.#enters = enters;
    this.#look = look;
  }

  from(path: string): AsyncGenerator<F> {
    return this.#visit(path, this.#ask(path, false));
  }

  #ask(path: string, directory: boolean): Asked<F> {
    const file = this.#look(this.#source, path);
    const entries = directory && this.#enters(path) ? this.#source.list(path) : undefined;
    // Failures are told when it is this entry's turn.
    file.catch(() => undefined);
    entries?.catch(() => undefined);
    return { file, entries };
  }

  async *#visit(path: string, asked: Asked<F>): AsyncGenerator<F> {
    const file = await asked.file;
    const directory = (file.stat.mode & fileType.mask) === fileType.directory;
    yield file;
    if (directory && this.#enters(path))
      yield* this.#visitAll(path, await (asked.entries ?? this.#source.list(path)));
  }

  async *#visitAll(path: string, entries: readonly DirectoryEntry[]): AsyncGenerator<F> {
    const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const asked: Asked<F>[] = [];
    for (const [at, { name }] of sorted.entries()) {
      for (const { name, kind } of sorted.slice(asked.length, at + ahead))
        asked.push(this.#ask(prefix + name, kind === 'directory'));
      const next = asked[at];
      if (next) yield* this.#visit(prefix + name, next);
    }
  }
}

async function glance(source: TreeSource, path: string): Promise<ListedFile> {
  const stat = await source.lstat(path);
  if (!stat) throw new FileError('lstat', path, noSuchFile);
  const isLink = (stat.mode & fileType.mask) === fileType.link;
  return { path, stat, target: isLink ? await source.readLink(path) : '' };
}

async function look(source: TreeSource, path: string): Promise<WalkedFile> {
  const stat = await source.lstat(path);
  if (!stat) throw new FileError('lstat', path, noSuchFile);
  const type = stat.mode & fileType.mask;
  const regular = type === fileType.regular;
  const content = regular ? contentOf(source, path, stat.size) : exactly(path, 0, []);
  const [target, capability] = await Promise.all([
    type === fileType.link ? source.readLink(path) : '',
    regular ? source.capability(path) : undefined,
  ]);
  return { path, stat, target, capability, content };
}

/** A small file is read at once, a large one when its bytes are asked for. */
function contentOf(source: TreeSource, path: string, size: number): AsyncIterable<Uint8Array> {
  if (size > smallSize) return exactly(path, size, opened(source, path));
  const bytes = source.small(path, size);
  bytes.catch(() => undefined);
  return exactly(path, size, [bytes]);
}

async function* opened(source: TreeSource, path: string): AsyncGenerator<Uint8Array> {
  yield* await source.open(path);
}

/** As many bytes as were promised: a file that grows meanwhile is cut off, and one that shrinks is a failure. */
async function* exactly(
  path: string,
  size: number,
  chunks: AsyncIterable<Uint8Array> | Iterable<Promise<Uint8Array>>,
): AsyncGenerator<Uint8Array> {
  let left = size;
  for await (const chunk of chunks) {
    const part = chunk.subarray(0, left);
    left -= part.length;
    if (part.length > 0) yield part;
    if (left === 0) return;
  }
  if (left > 0) throw new Error(`${path} has become shorter while it was read`);
}
