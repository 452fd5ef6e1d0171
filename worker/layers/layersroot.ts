import { BottleshipError } from '../oci/errors.ts';
import type { Attributes, DirEntry, File, FileSystemStatus, Time } from '../ninep/file.ts';
import type { Qid } from '../ninep/qid.ts';
import { direntType, fileTypes, qidTypes } from '../ninep/qid.ts';
import type { Layer, LayerTree } from './layertree.ts';
import { layerRoot, layerStatus } from './layertree.ts';

const mode = fileTypes.directory | 0o755;
const rootInode = 1;
const epoch: Time = { seconds: 0, nanoseconds: 0 };

interface Slot {
  readonly cookie: number;
  readonly firstInode: number;
  readonly inodes: number;
}

/**
 * The directory whose children are layers: what the guest mounts, once.
 *
 * Lifecycle: layers come and go while it is mounted. A name must mean the same content for good, since the guest keeps
 * what it has seen (cache=loose): a layer that is removed and added again gets its old inode numbers, and what the guest
 * still holds open of a removed layer goes on working as long as its bytes can be read.
 */
export class LayersRoot implements File {
  readonly qid: Qid = { type: qidTypes.directory, version: 1, path: rootInode };
  readonly #trees = new Map<string, LayerTree>();
  readonly #slots = new Map<string, Slot>();
  #nextInode = rootInode + 1;
  #nextCookie = 1;

  /**
   * Serves a layer under a name. Fails with `conflict` when the name is taken, `invalid` when it cannot be one: no colon,
   * which overlayfs takes for the end of a lowerdir.
   */
  add(name: string, layer: Layer): void {
    if (this.#trees.has(name)) throw new BottleshipError('conflict', `layer ${name} is already served`);
    if (!/^[\w.+-]{1,255}$/.test(name) || name === '.' || name === '..') {
      throw new BottleshipError('invalid', `${JSON.stringify(name)} cannot name a layer`);
    }
    const { index, tar } = layer;
    this.#trees.set(name, { index, tar, firstInode: this.#slot(name, index.inodeCount).firstInode });
  }

  /** Stops serving a layer to those who have not opened it; false when there is none of that name. */
  remove(name: string): boolean {
    return this.#trees.delete(name);
  }

  has(name: string): boolean {
    return this.#trees.has(name);
  }

  /** Names of the layers served. */
  names(): string[] {
    return [...this.#trees.keys()];
  }

  getattr(): Attributes {
    const nlink = 2 + this.#trees.size;
    return { mode, uid: 0, gid: 0, nlink, rdev: 0, size: 4096, blocks: 8, mtime: epoch };
  }

  statfs(): FileSystemStatus {
    const all = [...this.#trees.values()].map(layerStatus);
    const sum = (of: (status: FileSystemStatus) => number) =>
      all.reduce((total, status) => total + of(status), 0);
    return {
      blockSize: 4096,
      blocks: sum((status) => status.blocks),
      blocksFree: 0,
      files: 1 + sum((status) => status.files),
      filesFree: 0,
      id: rootInode,
    };
  }

  lookup(name: string): File | undefined {
    const tree = this.#trees.get(name);
    return tree && layerRoot(tree);
  }

  readdir(after: number): DirEntry[] {
    return [...this.#trees.keys()]
      .map((name) => this.#entry(name))
      .filter(({ cookie }) => cookie > after)
      .sort((a, b) => a.cookie - b.cookie);
  }

  #entry(name: string): DirEntry {
    const { cookie, firstInode } = this.#slot(name, 0);
    return { name, qid: { ...this.qid, path: firstInode }, type: direntType(mode), cookie };
  }

  /** The numbers a name has had before; new ones when it never had any, or too few. */
  #slot(name: string, inodes: number): Slot {
    const known = this.#slots.get(name);
    if (known !== undefined && known.inodes >= inodes) return known;
    const slot = { cookie: this.#nextCookie++, firstInode: this.#nextInode, inodes };
    this.#nextInode += inodes;
    this.#slots.set(name, slot);
    return slot;
  }
}
