import { concat } from '../oci/bytes.ts';
import type { NearEntry, NearFiles } from '../protocol/near-files.ts';
import type { FileContents, ListedEntry, SizedFile } from './relay-records.ts';
import { listTree, readFiles } from './relay-walk.ts';
import type { TreeSource } from './relay-walk.ts';
import type { ClientFiles, ClientSession } from './session.ts';
import { FileError } from './session.ts';
import type { FileStat } from './syscalls.ts';
import { decodeText } from './text.ts';

const noSuchFile = 2;

/**
 * The files below a directory of the client's, read without asking the client for each: where all of them are of this side,
 * and nothing else is mounted in between. Undefined where that is not so.
 */
export async function nearTree(
  { files, near }: ClientSession,
  directory: string,
  stat: FileStat,
): Promise<Pick<ClientFiles, 'listAll' | 'readAll'> | undefined> {
  if (near === undefined) return undefined;
  const mounts = parseMounts(decodeText(await files.read('/proc/self/mountinfo')));
  const [mount, isWhole] = mountOf(mounts, directory);
  if (mount?.source !== near.source || !isWhole) return undefined;
  const base = mount.root + directory.slice(mount.place === '/' ? 0 : mount.place.length);
  const inode = await near.directory(base);
  const device = stat.identity.split(':').slice(0, 2).join(':');
  if (device !== mount.device || inode === undefined) return undefined;
  if (identityOf(device, inode) !== stat.identity) return undefined;
  const source = new NearSource(near, device, (path) => base + path.slice(directory.length), stat);
  return {
    listAll: (path, enters) => listTree(source, path, enters),
    readAll: (wanted) => readFiles(source, wanted),
  };
}

interface MountedPlace {
  readonly device: string;
  /** What of the file system is mounted. */
  readonly root: string;
  readonly place: string;
  readonly source: string;
}

/** https://www.kernel.org/doc/html/latest/filesystems/proc.html (mountinfo) */
function parseMounts(text: string): MountedPlace[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [about = '', from = ''] = line.split(' - ');
      const [, , device = '', root = '', place = ''] = about.split(' ').map(unescape);
      const [, source = ''] = from.split(' ').map(unescape);
      return { device, root: root === '/' ? '' : root, place, source };
    });
}

function unescape(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

/** The mount that a directory lies in, and whether all that is below it does. */
function mountOf(
  mounts: readonly MountedPlace[],
  directory: string,
): [mount: MountedPlace | undefined, isWhole: boolean] {
  const around = mounts.filter(({ place }) => isBelow(directory, place));
  const deepest = Math.max(...around.map(({ place }) => place.length));
  const mount = around.findLast(({ place }) => place.length === deepest);
  return [mount, mounts.every(({ place }) => place === mount?.place || !isBelow(place, directory))];
}

function isBelow(path: string, above: string): boolean {
  return above === '/' || path === above || path.startsWith(`${above}/`);
}

function identityOf(device: string, inode: number): string {
  return `${device}:${inode >>> 0}:${Math.floor(inode / 2 ** 32)}`;
}

class NearSource implements TreeSource {
  readonly #near: NearFiles;
  readonly #device: string;
  readonly #pathOf: (path: string) => string;
  readonly #root: FileStat;

  constructor(near: NearFiles, device: string, pathOf: (path: string) => string, root: FileStat) {
    this.#near = near;
    this.#device = device;
    this.#pathOf = pathOf;
    this.#root = root;
  }

  /** A walk looks at its root alone. */
  lstat(): Promise<FileStat> {
    return Promise.resolve(this.#root);
  }

  readLink(): Promise<string> {
    return Promise.resolve('');
  }

  capability(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async list(path: string): Promise<ListedEntry[]> {
    const entries = await this.#near.list(this.#pathOf(path));
    return entries.map((entry) => this.#listed(entry));
  }

  #listed({ name, target, inode, ...stat }: NearEntry): ListedEntry {
    const identity = identityOf(this.#device, inode);
    return { name, target, capability: undefined, stat: { ...stat, identity, major: 0, minor: 0 } };
  }

  contents(files: readonly SizedFile[]): Promise<FileContents[]> {
    return Promise.all(
      files.map(async ({ path }) => {
        const content = await this.#near.read(this.#pathOf(path));
        if (content === undefined) return { result: -noSuchFile, bytes: new Uint8Array() };
        const chunks: Uint8Array[] = [];
        for await (const chunk of content) chunks.push(chunk);
        const bytes = concat(chunks);
        return { result: bytes.length, bytes };
      }),
    );
  }

  async open(path: string): Promise<AsyncIterable<Uint8Array>> {
    const content = await this.#near.read(this.#pathOf(path));
    if (content === undefined) throw new FileError('open', path, noSuchFile);
    return content;
  }
}
