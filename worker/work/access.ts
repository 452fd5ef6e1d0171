import type { WorkApi, WorkChange, WorkEntry } from '../protocol/work.ts';
import type { WorkFeed } from './feed.ts';
import { NinepError } from '../ninep/errno.ts';
import { nameError } from '../ninep/name.ts';
import { WorkDirectory } from './directory.ts';
import { WorkFile } from './file.ts';
import type { WorkNode } from './node.ts';
import type { WorkTree } from './tree.ts';

const O_RDWR = 2;
const O_TRUNC = 0o1000;
const newFile = { mode: 0o644, gid: 0 };
const newDirectory = { mode: 0o755, gid: 0 };
const pause = 100;

/** The page's way to the folders: the same files that the guest has. */
export class WorkAccess implements WorkApi {
  readonly #tree: WorkTree;
  readonly #feed: WorkFeed;

  constructor(tree: WorkTree, feed: WorkFeed) {
    this.#tree = tree;
    this.#feed = feed;
  }

  async open(folder: object): Promise<string> {
    const handle = folder as FileSystemDirectoryHandle;
    return this.#tree.open(handle.name, { handle });
  }

  close(name: string): Promise<void> {
    return this.#tree.close(name);
  }

  async opened(): Promise<string[]> {
    return this.#tree.opened;
  }

  async list(path: string): Promise<WorkEntry[]> {
    const directory = await this.#directory(namesOf(path));
    await directory.load();
    const entries = await Promise.all(directory.knownChildren.map(entryOf));
    return entries
      .filter((entry) => entry !== undefined)
      .sort((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1));
  }

  async read(path: string): Promise<Uint8Array> {
    const file = await this.#file(path);
    const { size } = await file.getattr();
    return (await file.read(0, size)).slice();
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const [directory, name] = await this.#place(path, true);
    const there = await directory.lookup(name);
    if (there && !(there instanceof WorkFile)) throw problem('EISDIR', path);
    const file = there ?? (await directory.create(name, O_RDWR, newFile));
    if (there) await file.open(O_RDWR | O_TRUNC);
    try {
      await file.write(0, bytes);
    } finally {
      file.close();
    }
  }

  async mkdir(path: string): Promise<void> {
    const [directory, name] = await this.#place(path, true);
    await Promise.resolve(directory.mkdir(name, newDirectory)).catch((error: unknown) => {
      throw problem(error, path);
    });
  }

  async remove(path: string): Promise<void> {
    const [directory, name] = await this.#place(path);
    const node = await directory.lookup(name);
    if (!node) throw problem('ENOENT', path);
    await removeAll(directory, node, path);
  }

  async rename(path: string, to: string): Promise<void> {
    const [from, name] = await this.#place(path);
    const [directory, newName] = await this.#place(to);
    if (await directory.lookup(newName)) throw problem('EEXIST', to);
    try {
      await from.rename(name, directory, newName);
    } catch (error) {
      throw problem(error, path);
    }
  }

  async watch(changed: (changes: WorkChange[]) => void): Promise<void> {
    const changes: WorkChange[] = [];
    this.#feed.listen((change) => {
      if (changes.length === 0) setTimeout(() => changed(changes.splice(0)), pause);
      if (!changes.some(({ path, failure }) => path === change.path && failure === change.failure))
        changes.push(change);
    });
  }

  async #directory(names: readonly string[], make = false): Promise<WorkDirectory> {
    let at = this.#tree.root;
    for (const name of names) {
      const next = (await at.lookup(name)) ?? (make ? await at.mkdir(name, newDirectory) : undefined);
      if (!next) throw problem('ENOENT', names.join('/'));
      if (!(next instanceof WorkDirectory)) throw problem('ENOTDIR', names.join('/'));
      at = next;
    }
    return at;
  }

  async #place(path: string, make = false): Promise<[WorkDirectory, string]> {
    const names = namesOf(path);
    const name = names.pop();
    if (name === undefined) throw problem('EBUSY', path);
    return [await this.#directory(names, make), name];
  }

  async #file(path: string): Promise<WorkFile> {
    const [directory, name] = await this.#place(path);
    const node = await directory.lookup(name);
    if (!node) throw problem('ENOENT', path);
    if (!(node instanceof WorkFile)) throw problem('EISDIR', path);
    return node;
  }
}

async function removeAll(directory: WorkDirectory, node: WorkNode, path: string): Promise<void> {
  try {
    if (node instanceof WorkDirectory && node.mount === directory.mount) {
      await node.load();
      for (const child of node.knownChildren) await removeAll(node, child, path);
    }
    await directory.unlink(node.name, node instanceof WorkDirectory);
  } catch (error) {
    throw problem(error, path);
  }
}

function namesOf(path: string): string[] {
  const names = path === '' ? [] : path.split('/');
  for (const name of names) {
    const error = name === '..' ? 'ENOENT' : nameError(name);
    if (error) throw problem(error, path);
  }
  return names;
}

const order = ({ kind }: WorkEntry) => (kind === 'directory' ? 0 : 1);

/** Undefined for what the host has removed meanwhile. */
async function entryOf(node: WorkNode): Promise<WorkEntry | undefined> {
  const kind = node instanceof WorkDirectory ? 'directory' : node instanceof WorkFile ? 'file' : 'symlink';
  if (kind !== 'file') return { name: node.name, kind, size: 0, modified: 0 };
  try {
    const { size, mtime } = await node.getattr();
    return {
      name: node.name,
      kind,
      size,
      modified: mtime.seconds * 1000 + Math.floor(mtime.nanoseconds / 1e6),
    };
  } catch {
    return undefined;
  }
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or folder',
  EEXIST: 'There is one of this name',
  EISDIR: 'It is a folder',
  ENOTDIR: 'It is no folder',
  ENAMETOOLONG: 'The name is too long',
  EBUSY: 'It is in use',
  EXDEV: 'It cannot be moved to another folder',
  EACCES: 'This browser may not write there',
  ENOSPC: 'There is no room left',
};

/** With a message for people. */
function problem(error: unknown, path: string): Error {
  const code = error instanceof NinepError ? error.code : String(error);
  const text = words[code] ?? (error instanceof Error ? error.message : code);
  return new Error(`${text}: ${path}`);
}
