import { readTar } from '../../oci/tar/reader.ts';
import type { TarEvent } from '../../oci/tar/reader.ts';
import type { TarEntry } from '../../oci/tar/scanner.ts';
import { StatusError } from '../errors.ts';
import { cleanPath, parentPath } from '../path.ts';
import type { ClientFiles, FileMaker } from '../session.ts';
import { fileType } from '../syscalls.ts';
import type { EntryKind, Instant } from '../syscalls.ts';
import { quote } from '../../go/quote.ts';
import { decodeText } from '../text.ts';
import { followLinks } from './copy-info.ts';
import type { CopyPlan } from './copy-info.ts';
import { baseName, joinPath } from './path-entry.ts';

/**
 * Unpacks a tar into a directory of the client's as its user: owners are not taken over, a directory does not replace a
 * file nor the other way round. https://github.com/moby/go-archive/blob/main/archive.go (Unpack)
 */
export async function untar(
  files: ClientFiles,
  tar: AsyncIterable<Uint8Array>,
  { directory, rename }: CopyPlan,
): Promise<void> {
  const unpacking = new Unpacking(files, cleanPath(directory));
  const events = readTar(tar)[Symbol.asyncIterator]();
  for (let next = await events.next(); !next.done;) {
    if (!('entry' in next.value)) throw new Error('an archive begins with an entry');
    const content = new Content(events);
    await unpacking.take(next.value.entry, rename, content);
    next = await content.skip();
  }
  await unpacking.finish();
}

/** The bytes of one file out of the archive's events, and then the event after them. */
class Content {
  readonly #events: AsyncIterator<TarEvent>;
  #after: IteratorResult<TarEvent> | undefined;

  constructor(events: AsyncIterator<TarEvent>) {
    this.#events = events;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    while (this.#after === undefined) {
      const next = await this.#events.next();
      if (next.done || !('bytes' in next.value)) this.#after = next;
      else yield next.value.bytes;
    }
  }

  /** The event that comes after what was not read. */
  async skip(): Promise<IteratorResult<TarEvent>> {
    for await (const _ of this);
    return this.#after ?? { done: true, value: undefined };
  }
}

class Unpacking {
  readonly #files: ClientFiles;
  readonly #maker: FileMaker;
  readonly #root: string;
  /** What is in the directories that have been looked at or made. */
  readonly #entries = new Map<string, Map<string, EntryKind>>();
  readonly #times: [path: string, time: Instant][] = [];

  constructor(files: ClientFiles, root: string) {
    this.#files = files;
    this.#maker = files.maker();
    this.#root = root;
  }

  async take(
    entry: TarEntry,
    rename: (name: string) => string,
    content: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const given = rename(decodeText(entry.path));
    const name = cleanPath(given.replace(/^\/+/, ''));
    if (name === '.') return;
    if (name === '..' || name.startsWith('../'))
      throw new StatusError(1, `invalid entry name ${quote(given)}`);
    const path = joinPath(this.#root, name);
    await this.#implyDirectory(parentPath(path));
    await this.#clear(path, name, entry);
    await this.#make(entry, path, rename, content);
    await this.#dress(entry, path);
  }

  /** A directory's time is set when nothing is put into it any more. */
  async finish(): Promise<void> {
    for (const [path, time] of this.#times) await this.#maker.times(path, time);
    await this.#maker.finish();
  }

  /** An archive need not name the directories that its files are in; links in their place must not lead outside. */
  async #implyDirectory(path: string): Promise<void> {
    if (path === this.#root || this.#entries.has(path)) return;
    await this.#implyDirectory(parentPath(path));
    const there = await this.#kind(path);
    if (there === 'link') await this.#checkLink(path);
    if (there === undefined) await this.#makeDirectory(path, 0o755);
  }

  async #checkLink(path: string): Promise<void> {
    const resolved = await followLinks(this.#files, path);
    const root = await followLinks(this.#files, this.#root);
    if (!within(resolved, root))
      throw new StatusError(1, `resolved parent ${quote(resolved)} escapes root ${quote(root)}`);
  }

  /** Makes way for an entry. */
  async #clear(path: string, name: string, { type }: TarEntry): Promise<void> {
    const there = await this.#kind(path);
    if (there === undefined) return;
    const directory = there === 'directory';
    const [was, is] = directory ? ['directory', 'non-directory'] : ['non-directory', 'directory'];
    if (directory !== (type === 'directory'))
      throw new StatusError(1, `cannot overwrite ${was} ${quote(name)} with ${is} ${quote(this.#root)}`);
    if (!directory) await this.#maker.unlink(path);
  }

  /** What is there: a directory is asked once for all that is in it. */
  async #kind(path: string): Promise<EntryKind | undefined> {
    return (await this.#entriesOf(parentPath(path))).get(baseName(path));
  }

  async #entriesOf(directory: string): Promise<Map<string, EntryKind>> {
    const known = this.#entries.get(directory);
    if (known) return known;
    const found = new Map(await this.#maker.entries(directory));
    this.#entries.set(directory, found);
    return found;
  }

  #note(path: string, kind: EntryKind): void {
    this.#entries.get(parentPath(path))?.set(baseName(path), kind);
  }

  async #make(
    entry: TarEntry,
    path: string,
    rename: (name: string) => string,
    content: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    if (entry.type === 'directory') return this.#mergeDirectory(path, entry.mode);
    this.#note(path, entry.type === 'symlink' ? 'link' : 'other');
    switch (entry.type) {
      case 'file':
        return this.#maker.file(path, entry.mode, content);
      case 'symlink':
        return this.#maker.symbolicLink(decodeText(entry.link), path);
      case 'hardlink':
        return this.#hardLink(path, rename(decodeText(entry.link)));
      default:
        return this.#maker.node(path, entry.mode | nodeTypes[entry.type], entry.major, entry.minor);
    }
  }

  async #mergeDirectory(path: string, mode: number): Promise<void> {
    if ((await this.#kind(path)) === undefined) await this.#makeDirectory(path, mode);
  }

  async #makeDirectory(path: string, mode: number): Promise<void> {
    await this.#maker.directory(path, mode);
    this.#note(path, 'directory');
    this.#entries.set(path, new Map());
  }

  #hardLink(path: string, target: string): Promise<void> {
    const existing = cleanPath(target.replace(/^\/+/, ''));
    if (existing === '.' || existing === '..' || existing.startsWith('../'))
      throw new StatusError(1, `invalid hardlink target ${quote(target)}`);
    return this.#maker.hardLink(joinPath(this.#root, existing), path);
  }

  /** Attributes, mode and time; a second name has those of the first. */
  async #dress({ type, mode, mtime, xattrs }: TarEntry, path: string): Promise<void> {
    if (type === 'hardlink') return;
    for (const [name, value] of xattrs ?? []) await this.#maker.attribute(path, name, value);
    if (type !== 'symlink') await this.#maker.mode(path, mode);
    const time = mtime.seconds < 0 ? { seconds: 0, nanoseconds: 0 } : mtime;
    if (type === 'directory') this.#times.push([path, time]);
    else await this.#maker.times(path, time);
  }
}

const nodeTypes = {
  character: fileType.character,
  block: fileType.block,
  fifo: fileType.fifo,
} as const;

function within(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`);
}
