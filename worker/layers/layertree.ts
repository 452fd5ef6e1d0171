import type { BlobReader } from '../content/blobreader.ts';
import type { Attributes, DirEntry, File, FileSystemStatus } from '../ninep/file.ts';
import type { MaybePromise } from '../ninep/maybe.ts';
import type { Qid } from '../ninep/qid.ts';
import { direntType, fileType, fileTypes, qidType } from '../ninep/qid.ts';
import type { LayerIndex } from './layerindex.ts';
import { rootNode } from './layerindex.ts';
import { readSparse } from './sparseread.ts';

/** A layer: what is in its tar, and the tar. */
export interface Layer {
  readonly index: LayerIndex;
  readonly tar: BlobReader;
}

/** A layer as it is served: its inodes are numbered from `firstInode`. */
export interface LayerTree extends Layer {
  readonly firstInode: number;
}

/** Linux reads through its page cache only when the version is not 0; a layer never changes. */
const version = 1;

/** What a directory reports, as ext4 does; readers take it as a hint only. */
const directorySize = 4096;
const statusBlock = 4096;

/** The root directory of a layer. */
export function layerRoot(tree: LayerTree): File {
  return layerFile(tree, rootNode);
}

/** The status of a file system that is full and read-only, as an image is. */
export function layerStatus({ index, firstInode }: LayerTree): FileSystemStatus {
  return {
    blockSize: statusBlock,
    blocks: Math.ceil(index.data.dataSize / statusBlock),
    blocksFree: 0,
    files: index.inodeCount,
    filesFree: 0,
    id: firstInode,
  };
}

function layerFile(tree: LayerTree, node: number): File {
  switch (fileType(tree.index.mode(tree.index.inode(node)))) {
    case fileTypes.directory:
      return new LayerDirectory(tree, node);
    case fileTypes.regular:
      return new LayerRegular(tree, node);
    case fileTypes.symlink:
      return new LayerSymlink(tree, node);
    default:
      return new LayerNode(tree, node);
  }
}

function layerQid({ index, firstInode }: LayerTree, node: number): Qid {
  const inode = index.inode(node);
  return { type: qidType(index.mode(inode)), version, path: firstInode + inode };
}

/** What files of all kinds have in common; by itself a device or a fifo. */
class LayerNode implements File {
  readonly qid: Qid;
  readonly tree: LayerTree;
  readonly node: number;

  constructor(tree: LayerTree, node: number) {
    this.tree = tree;
    this.node = node;
    this.qid = layerQid(tree, node);
  }

  get inode(): number {
    return this.tree.index.inode(this.node);
  }

  getattr(): Attributes {
    const { inode } = this;
    const { inodes, sparse } = this.tree.index.data;
    const size = this.size();
    const stored = sparse.get(inode)?.reduce((sum, part, i) => (i % 2 ? sum + part : sum), 0) ?? size;
    return {
      mode: inodes.mode[inode] ?? 0,
      uid: inodes.uid[inode] ?? 0,
      gid: inodes.gid[inode] ?? 0,
      nlink: inodes.nlink[inode] ?? 0,
      rdev: inodes.rdev[inode] ?? 0,
      size,
      blocks: Math.ceil(stored / 512),
      mtime: { seconds: inodes.seconds[inode] ?? 0, nanoseconds: inodes.nanoseconds[inode] ?? 0 },
    };
  }

  statfs(): FileSystemStatus {
    return layerStatus(this.tree);
  }

  listXattrs(): string[] {
    return [...(this.tree.index.xattrs(this.inode)?.keys() ?? [])];
  }

  getXattr(name: string): Uint8Array | undefined {
    return this.tree.index.xattrs(this.inode)?.get(name);
  }

  size(): number {
    return this.tree.index.data.inodes.size[this.inode] ?? 0;
  }
}

class LayerDirectory extends LayerNode {
  override size(): number {
    return directorySize;
  }

  lookup(name: string): File | undefined {
    const child = this.tree.index.child(this.node, name);
    return child === undefined ? undefined : layerFile(this.tree, child);
  }

  /** The cookie is the node: it stays valid as long as the layer. */
  *readdir(after: number): Iterable<DirEntry> {
    const { index } = this.tree;
    for (const node of index.children(this.node, after)) {
      const qid = layerQid(this.tree, node);
      yield { name: index.name(node), qid, type: direntType(index.mode(index.inode(node))), cookie: node };
    }
  }
}

class LayerSymlink extends LayerNode {
  readlink(): string {
    return this.tree.index.target(this.inode);
  }
}

class LayerRegular extends LayerNode {
  read(offset: number, count: number): MaybePromise<Uint8Array> {
    return readContents(this.tree, this.inode, offset, count);
  }
}

/** A range of a regular file's contents, shorter at its end. */
export function readContents(
  { tar, index }: Layer,
  inode: number,
  offset: number,
  count: number,
): MaybePromise<Uint8Array> {
  const { inodes, sparse } = index.data;
  const start = inodes.offset[inode] ?? 0;
  const length = Math.max(0, Math.min(count, (inodes.size[inode] ?? 0) - offset));
  const map = sparse.get(inode);
  return map === undefined ? tar.read(start + offset, length) : readSparse(tar, start, map, offset, length);
}
