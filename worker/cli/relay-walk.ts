import { maxFilled, maxMessage, callFixedSize } from '../protocol/cli.ts';
import { requestSize } from './relay-records.ts';
import type { FileContents, ListedEntry, SizedFile } from './relay-records.ts';
import { FileError } from './session.ts';
import type { ListedFile, WalkedFile, WalkOptions } from './session.ts';
import { fileType } from './syscalls.ts';
import type { FileStat } from './syscalls.ts';

/** What a walk asks; every answer may be awaited late. */
export interface TreeSource {
  lstat(path: string): Promise<FileStat | undefined>;
  readLink(path: string): Promise<string>;
  capability(path: string): Promise<Uint8Array | undefined>;
  /** The entries of a directory, in no order. */
  list(path: string, options: ListOptions): Promise<ListedEntry[]>;
  /** Of files that are small enough to come in one answer. */
  contents(files: readonly SizedFile[]): Promise<FileContents[]>;
  open(path: string): Promise<AsyncIterable<Uint8Array>>;
}

export interface ListOptions {
  readonly capabilities: boolean;
  /** Whether the directory may be a link to one. */
  readonly follow: boolean;
}

/** Directories that are asked about before it is their turn, so that the answers come while others are used. */
const directoriesAhead = 4;
/** And pieces of many files' contents. */
const piecesAhead = 3;
const filesInPiece = 512;
const bytesInPiece = maxFilled;
const requestsInPiece = maxMessage - callFixedSize;

const noSuchFile = 2;
/** What a directory fails with that has gone, or has become something else. */
const gone = new Set([noSuchFile, 20, 40]);

interface FoundFile extends ListedFile {
  readonly capability: Uint8Array | undefined;
}

type Enters = (directory: string) => boolean;

export async function* walkTree(
  source: TreeSource,
  path: string,
  { enters = () => true, reads = () => true }: WalkOptions = {},
): AsyncGenerator<WalkedFile> {
  const found = new Walk(source, enters, true).from(path);
  const sizeOf = (file: FoundFile) =>
    isA(file.stat, fileType.regular) && reads(file.path) ? file.stat.size : 0;
  for await (const { file, content } of withContents(source, found, sizeOf)) yield { ...file, content };
}

/** As {@link walkTree}, without contents and capabilities. */
export function listTree(
  source: TreeSource,
  path: string,
  enters: Enters = () => true,
): AsyncGenerator<ListedFile> {
  return new Walk(source, enters, false).from(path);
}

/** The contents of files, one after the other. */
export async function* readFiles(
  source: TreeSource,
  files: readonly SizedFile[],
): AsyncGenerator<AsyncIterable<Uint8Array>> {
  for await (const { content } of withContents(source, files, ({ size }) => size)) yield content;
}

class Walk {
  readonly #source: TreeSource;
  readonly #enters: Enters;
  readonly #capabilities: boolean;

  constructor(source: TreeSource, enters: Enters, capabilities: boolean) {
    this.#source = source;
    this.#enters = enters;
    this.#capabilities = capabilities;
  }

  async *from(path: string): AsyncGenerator<FoundFile> {
    const file = await this.#look(path);
    yield file;
    if (isA(file.stat, fileType.directory) && this.#enters(path))
      yield* this.#below(path, this.#ask(path, true));
  }

  async #look(path: string): Promise<FoundFile> {
    const stat = await this.#source.lstat(path);
    if (!stat) throw new FileError('lstat', path, noSuchFile);
    const wantsCapability = this.#capabilities && isA(stat, fileType.regular);
    return {
      path,
      stat,
      target: isA(stat, fileType.link) ? await this.#source.readLink(path) : '',
      capability: wantsCapability ? await this.#source.capability(path) : undefined,
    };
  }

  /** What has gone before it could be looked at is empty. Other failures are told when it is this directory's turn. */
  #ask(path: string, follow: boolean): Promise<ListedEntry[]> {
    const asked = this.#source
      .list(path, { capabilities: this.#capabilities, follow })
      .catch((error: unknown) => {
        if (error instanceof FileError && gone.has(error.errno)) return [];
        throw error;
      });
    asked.catch(() => undefined);
    return asked;
  }

  async *#below(path: string, entries: Promise<ListedEntry[]>): AsyncGenerator<FoundFile> {
    const sorted = (await entries).sort((a, b) => (a.name < b.name ? -1 : 1));
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const entered = sorted.filter(
      ({ name, stat }) => isA(stat, fileType.directory) && this.#enters(prefix + name),
    );
    const asked: Promise<ListedEntry[]>[] = [];
    let at = 0;
    for (const entry of sorted) {
      for (const { name } of entered.slice(asked.length, at + directoriesAhead))
        asked.push(this.#ask(prefix + name, false));
      const { name, ...file } = entry;
      yield { ...file, path: prefix + name };
      const next = entry === entered[at] ? asked[at] : undefined;
      if (!next) continue;
      at += 1;
      yield* this.#below(prefix + name, next);
    }
  }
}

interface Filled<F> {
  readonly file: F;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Files with their contents, in the same order. Small ones are read many at once and before it is their turn, large ones
 * when their bytes are asked for.
 */
async function* withContents<F extends { readonly path: string }>(
  source: TreeSource,
  files: AsyncIterable<F> | Iterable<F>,
  sizeOf: (file: F) => number,
): AsyncGenerator<Filled<F>> {
  const asked: Filled<F>[][] = [];
  let piece = new Piece<F>(source);
  for await (const file of files) {
    const size = sizeOf(file);
    if (!piece.takes(file, size)) {
      asked.push(piece.ask());
      piece = new Piece(source);
      if (asked.length === piecesAhead) yield* asked.shift() ?? [];
    }
    piece.add(file, size);
  }
  asked.push(piece.ask());
  for (const filled of asked) yield* filled;
}

/** Files whose contents come in one answer, and files in between that are read by themselves. */
class Piece<F extends { readonly path: string }> {
  readonly #source: TreeSource;
  readonly #files: { readonly file: F; readonly size: number }[] = [];
  #bytes = 0;
  #requests = 0;

  constructor(source: TreeSource) {
    this.#source = source;
  }

  takes({ path }: F, size: number): boolean {
    if (this.#files.length === 0) return true;
    if (this.#files.length === filesInPiece) return false;
    if (!isSmall(size)) return size === 0;
    return (
      this.#bytes + answerSize(size) <= bytesInPiece &&
      this.#requests + requestSize({ path, size }) <= requestsInPiece
    );
  }

  add(file: F, size: number): void {
    this.#files.push({ file, size });
    if (!isSmall(size)) return;
    this.#bytes += answerSize(size);
    this.#requests += requestSize({ path: file.path, size });
  }

  ask(): Filled<F>[] {
    const small = this.#files.filter(({ size }) => isSmall(size));
    const wanted = small.map(({ file, size }) => ({ path: file.path, size }));
    const contents = wanted.length === 0 ? Promise.resolve([]) : this.#source.contents(wanted);
    // A failure is told to who reads one of them.
    contents.catch(() => undefined);
    const places = new Map(small.map(({ file }, at) => [file, at]));
    return this.#files.map(({ file, size }) => {
      const at = places.get(file);
      const chunks =
        at !== undefined
          ? bytesAt(contents, at, file.path)
          : size === 0
            ? []
            : opened(this.#source, file.path);
      return { file, content: exactly(file.path, size, chunks) };
    });
  }
}

const isSmall = (size: number) => size > 0 && answerSize(size) <= bytesInPiece;
const answerSize = (size: number) => size + 4;

async function* bytesAt(
  contents: Promise<FileContents[]>,
  at: number,
  path: string,
): AsyncGenerator<Uint8Array> {
  const { result, bytes } = (await contents)[at] ?? { result: 0, bytes: new Uint8Array() };
  if (result < 0) throw new FileError('open', path, -result);
  yield bytes;
}

async function* opened(source: TreeSource, path: string): AsyncGenerator<Uint8Array> {
  yield* await source.open(path);
}

/** As many bytes as were promised: a file that grows meanwhile is cut off, and one that shrinks is a failure. */
async function* exactly(
  path: string,
  size: number,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let left = size;
  if (left === 0) return;
  for await (const chunk of chunks) {
    const part = chunk.subarray(0, left);
    left -= part.length;
    if (part.length > 0) yield part;
    if (left === 0) return;
  }
  if (left > 0) throw new Error(`${path} has become shorter while it was read`);
}

function isA({ mode }: FileStat, type: number): boolean {
  return (mode & fileType.mask) === type;
}
