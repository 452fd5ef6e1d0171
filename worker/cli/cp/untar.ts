import { readTar } from '../../layers/tarreading.ts';
import type { TarEvent } from '../../layers/tarreading.ts';
import type { TarEntry } from '../../layers/tarscanner.ts';
import { StatusError } from '../errors.ts';
import { cleanPath, parentPath } from '../path.ts';
import type { FileMaker } from '../session.ts';
import { fileType } from '../syscalls.ts';
import type { Instant } from '../syscalls.ts';
import { quote } from '../template/printf.ts';
import { decodeText } from '../text.ts';
import { isDirectory } from './copy-info.ts';
import type { CopyPlan } from './copy-info.ts';
import { joinPath } from './path-entry.ts';

/**
 * Unpacks a tar into a directory of the client's as its user: owners are not taken over, a directory does not replace a
 * file nor the other way round. https://github.com/moby/go-archive/blob/v0.1.0/archive.go (Unpack)
 */
export async function untar(
  maker: FileMaker,
  tar: AsyncIterable<Uint8Array>,
  { directory, rename }: CopyPlan,
): Promise<void> {
  const unpacking = new Unpacking(maker, cleanPath(directory));
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
  readonly #maker: FileMaker;
  readonly #root: string;
  /** Directories that are there, and whether they were empty when we began. */
  readonly #known = new Map<string, 'fresh' | 'old'>();
  readonly #made = new Set<string>();
  readonly #times: [path: string, time: Instant][] = [];

  constructor(maker: FileMaker, root: string) {
    this.#maker = maker;
    this.#root = root;
    this.#known.set(root, 'old');
  }

  async take(
    entry: TarEntry,
    rename: (name: string) => string,
    content: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const name = cleanPath(rename(decodeText(entry.path)));
    const path = joinPath(this.#root, name);
    if (!within(path, this.#root))
      throw new StatusError(1, `${quote(name)} is outside of ${quote(this.#root)}`);
    await this.#implyDirectory(parentPath(path));
    if (await this.#clear(path, name, entry)) return;
    await this.#make(entry, path, rename, content);
    await this.#dress(entry, path);
    this.#made.add(path);
  }

  /** A directory's time is set when nothing is put into it any more. */
  async finish(): Promise<void> {
    for (const [path, time] of this.#times) await this.#maker.times(path, time);
    await this.#maker.finish();
  }

  /** An archive need not name the directories that its files are in. */
  async #implyDirectory(path: string): Promise<void> {
    if (this.#known.has(path) || !within(path, this.#root)) return;
    await this.#implyDirectory(parentPath(path));
    if (await this.#lookedAt(path)) {
      this.#known.set(path, 'old');
      return;
    }
    await this.#maker.directory(path, 0o755);
    this.#known.set(path, 'fresh');
    this.#made.add(path);
  }

  /** Makes way for an entry; whether there is nothing more to do. */
  async #clear(path: string, name: string, { type }: TarEntry): Promise<boolean> {
    const there = await this.#lookedAt(path);
    if (!there) return false;
    const directory = isDirectory(there);
    const [was, is] = directory ? ['directory', 'non-directory'] : ['non-directory', 'directory'];
    if (directory !== (type === 'directory') && (directory || type === 'directory'))
      throw new StatusError(1, `cannot overwrite ${was} ${quote(path)} with ${is} ${quote(this.#root)}`);
    if (directory && name === '.') return true;
    if (directory) this.#known.set(path, 'old');
    else await this.#maker.remove(path);
    return false;
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
        return this.#link(path, decodeText(entry.link));
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

  #link(path: string, target: string): Promise<void> {
    if (!within(joinPath(parentPath(path), target), this.#root))
      throw new StatusError(1, `invalid symlink ${quote(path)} -> ${quote(target)}`);
    return this.#maker.symbolicLink(target, path);
  }

  #hardLink(path: string, target: string): Promise<void> {
    const existing = joinPath(this.#root, target);
    if (!within(existing, this.#root))
      throw new StatusError(1, `invalid hardlink ${quote(existing)} -> ${quote(target)}`);
    return this.#maker.hardLink(existing, path);
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
