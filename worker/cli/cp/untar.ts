import { readTar } from '../../oci/tar/reader.ts';
import type { TarEvent } from '../../oci/tar/reader.ts';
import type { TarEntry } from '../../oci/tar/scanner.ts';
import { StatusError } from '../errors.ts';
import { cleanPath, parentPath } from '../path.ts';
import type { ClientFiles, FileMaker } from '../session.ts';
import { fileType } from '../syscalls.ts';
import type { FileStat, Instant } from '../syscalls.ts';
import { quote } from '../template/fmt-quote.ts';
import { decodeText } from '../text.ts';
import { followLinks, isDirectory } from './copy-info.ts';
import type { CopyPlan } from './copy-info.ts';
import { joinPath } from './path-entry.ts';

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
  /** Directories that are there, and whether they were empty when we began. */
  readonly #known = new Map<string, 'fresh' | 'old'>();
  readonly #made = new Set<string>();
  readonly #times: [path: string, time: Instant][] = [];

  constructor(files: ClientFiles, root: string) {
    this.#files = files;
    this.#maker = files.maker();
    this.#root = root;
    this.#known.set(root, 'old');
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
    this.#made.add(path);
  }

  /** A directory's time is set when nothing is put into it any more. */
  async finish(): Promise<void> {
    for (const [path, time] of this.#times) await this.#maker.times(path, time);
    await this.#maker.finish();
  }

  /** An archive need not name the directories that its files are in; links in their place must not lead outside. */
  async #implyDirectory(path: string): Promise<void> {
    if (this.#known.has(path)) return;
    await this.#implyDirectory(parentPath(path));
    const there = await this.#lookedAt(path);
    if (there) await this.#checkLink(path, there);
    else await this.#maker.directory(path, 0o755);
    this.#known.set(path, there ? 'old' : 'fresh');
    this.#made.add(path);
  }

  async #checkLink(path: string, { mode }: FileStat): Promise<void> {
    if ((mode & fileType.mask) !== fileType.link) return;
    const resolved = await followLinks(this.#files, path);
    const root = await followLinks(this.#files, this.#root);
    if (!within(resolved, root))
      throw new StatusError(1, `resolved parent ${quote(resolved)} escapes root ${quote(root)}`);
  }

  /** Makes way for an entry. */
  async #clear(path: string, name: string, { type }: TarEntry): Promise<void> {
    const there = await this.#lookedAt(path);
    if (!there) return;
    const directory = isDirectory(there);
    const [was, is] = directory ? ['directory', 'non-directory'] : ['non-directory', 'directory'];
    if (directory !== (type === 'directory') && (directory || type === 'directory'))
      throw new StatusError(1, `cannot overwrite ${was} ${quote(name)} with ${is} ${quote(this.#root)}`);
    if (directory) this.#known.set(path, 'old');
    else await this.#maker.remove(path);
  }

  /** In a directory that we have made there is only what we have made. */
  async #lookedAt(path: string): ReturnType<FileMaker['lstat']> {
    if (this.#known.get(parentPath(path)) === 'fresh' && !this.#made.has(path)) return undefined;
    return this.#maker.lstat(path);
  }

  async #make(
    entry: TarEntry,
    path: string,
    rename: (name: string) => string,
    content: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    switch (entry.type) {
      case 'directory':
        return this.#makeDirectory(path, entry.mode);
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

  async #makeDirectory(path: string, mode: number): Promise<void> {
    if (this.#known.has(path)) return;
    await this.#maker.directory(path, mode);
    this.#known.set(path, 'fresh');
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
