import { NinepError } from '../ninep/errno.ts';
import type { NearEntry, NearFiles } from '../protocol/near-files.ts';
import { WorkDirectory } from './directory.ts';
import { WorkFile } from './file.ts';
import type { WorkNode } from './node.ts';
import { WorkSymlink } from './symlink.ts';
import type { WorkTree } from './tree.ts';

/** Bytes that are read of a host at a time. */
const piece = 1 << 20;

/** The working folders, for who would otherwise read them through the guest. */
export class NearWork implements NearFiles {
  /** As the agent mounts it. */
  readonly source = 'work9p';
  readonly #tree: WorkTree;

  constructor(tree: WorkTree) {
    this.#tree = tree;
  }

  async directory(path: string): Promise<number | undefined> {
    const node = await this.#find(path);
    return node instanceof WorkDirectory ? inodeOf(node) : undefined;
  }

  async list(path: string): Promise<NearEntry[]> {
    const node = await this.#find(path);
    if (!(node instanceof WorkDirectory)) return [];
    await node.load();
    const entries = await Promise.all(node.knownChildren.map(entryOf));
    return entries.filter((entry) => entry !== undefined);
  }

  async read(path: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const node = await this.#find(path);
    return node instanceof WorkFile ? contentOf(node) : undefined;
  }

  async #find(path: string): Promise<WorkNode | undefined> {
    let node: WorkNode | undefined = this.#tree.root;
    for (const name of path.split('/')) {
      if (name === '') continue;
      if (!(node instanceof WorkDirectory)) return undefined;
      node = await node.lookup(name);
    }
    return node;
  }
}

async function* contentOf(file: WorkFile): AsyncGenerator<Uint8Array> {
  for (let at = 0; ;) {
    const bytes = await file.read(at, piece);
    if (bytes.length === 0) return;
    at += bytes.length;
    yield bytes;
  }
}

/** Undefined for what the host has removed meanwhile. */
async function entryOf(node: WorkNode): Promise<NearEntry | undefined> {
  try {
    const { mode, nlink, uid, gid, size, mtime, ctime = mtime } = await node.getattr();
    const target = node instanceof WorkSymlink ? node.readlink() : '';
    return {
      name: node.name,
      mode,
      links: nlink,
      uid,
      gid,
      size,
      mtime,
      ctime,
      inode: inodeOf(node),
      target,
    };
  } catch (error) {
    if (error instanceof NinepError && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Linux adds two to the number of a qid (fs/9p/v9fs.h, v9fs_qid2ino). */
function inodeOf({ qid }: WorkNode): number {
  return qid.path + 2;
}
