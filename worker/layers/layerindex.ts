import { fileType, fileTypes } from '../ninep/qid.ts';
import { decodeText, encodeText } from '../oci/text.ts';
import type { NameTable, Names } from './nametable.ts';
import { findSlot } from './nametable.ts';
import type { SparseMap } from '../oci/tar/sparse.ts';

/** The node of a layer's root directory, and the "none" of node references, since the root is nobody's child. */
export const rootNode = 0;

/** Names in directories; hard links are nodes that share an inode. */
export type Nodes = Names & {
  readonly inode: Uint32Array;
  readonly firstChild: Uint32Array;
  readonly nextSibling: Uint32Array;
};

/** Files. Of a symbolic link `offset` and `size` say where its target lies in `arena`, of others in the tar. */
export type Inodes = {
  readonly mode: Uint16Array;
  readonly uid: Uint32Array;
  readonly gid: Uint32Array;
  readonly nlink: Uint32Array;
  readonly rdev: Uint32Array;
  readonly size: Float64Array;
  readonly offset: Float64Array;
  readonly seconds: Float64Array;
  readonly nanoseconds: Uint32Array;
};

/** What an index is made of: plain data that structured clone and so IndexedDB take. */
export interface LayerIndexData {
  readonly nodes: Nodes;
  readonly inodes: Inodes;
  readonly arena: Uint8Array;
  readonly names: NameTable;
  readonly xattrs: ReadonlyMap<number, ReadonlyMap<string, Uint8Array>>;
  readonly sparse: ReadonlyMap<number, SparseMap>;
  /** Inodes of directories that no entry describes. */
  readonly implicit: ReadonlySet<number>;
  /** Bytes of the files' data in the tar. */
  readonly dataSize: number;
}

/** Where everything in a layer's tar is. Immutable; made by `LayerIndexer`. */
export class LayerIndex {
  readonly data: LayerIndexData;

  constructor(data: LayerIndexData) {
    this.data = data;
  }

  get inodeCount(): number {
    return this.data.inodes.mode.length;
  }

  /** The child of a directory by name; undefined where there is none. */
  child(dir: number, name: string): number | undefined {
    const { names, nodes, arena } = this.data;
    const slot = names.slots[findSlot(names, nodes, arena, dir, encodeText(name))];
    return slot ? slot - 1 : undefined;
  }

  /** The node at a path of names, from the root and without following links. */
  find(path: readonly string[]): number | undefined {
    let node: number | undefined = rootNode;
    for (const name of path) node = node === undefined ? undefined : this.child(node, name);
    return node;
  }

  /** The children of a directory that come after `after`, one of them; all of them after `rootNode`. */
  *children(dir: number, after: number = rootNode): Iterable<number> {
    const { firstChild, nextSibling } = this.data.nodes;
    let node = after === rootNode ? firstChild[dir] : nextSibling[after];
    while (node) {
      yield node;
      node = nextSibling[node];
    }
  }

  name(node: number): string {
    const { nodes, arena } = this.data;
    const start = nodes.nameStart[node] ?? 0;
    return decodeText(arena, start, start + (nodes.nameLength[node] ?? 0));
  }

  parent(node: number): number {
    return this.data.nodes.parent[node] ?? rootNode;
  }

  inode(node: number): number {
    return this.data.nodes.inode[node] ?? 0;
  }

  /** The mode of an inode, with its file type. */
  mode(inode: number): number {
    return this.data.inodes.mode[inode] ?? 0;
  }

  isDirectory(inode: number): boolean {
    return fileType(this.mode(inode)) === fileTypes.directory;
  }

  /** The target of an inode that is a symbolic link. */
  target(inode: number): string {
    const { inodes, arena } = this.data;
    const start = inodes.offset[inode] ?? 0;
    return decodeText(arena, start, start + (inodes.size[inode] ?? 0));
  }

  /** Extended attributes of an inode. */
  xattrs(inode: number): ReadonlyMap<string, Uint8Array> | undefined {
    return this.data.xattrs.get(inode);
  }

  /** Bytes of all files and links that are left, each inode once: what Docker calls the size of a layer. */
  get filesSize(): number {
    const { nlink, size } = this.data.inodes;
    let sum = 0;
    for (let inode = 0; inode < nlink.length; inode++) {
      const type = fileType(this.mode(inode));
      const hasSize = type === fileTypes.regular || type === fileTypes.symlink;
      if (hasSize && (nlink[inode] ?? 0) > 0) sum += size[inode] ?? 0;
    }
    return sum;
  }

  /** What the index itself takes in memory, without small maps. */
  get byteLength(): number {
    const { nodes, inodes, arena, names } = this.data;
    const columns = [...Object.values(nodes), ...Object.values(inodes), arena, names.slots];
    return columns.reduce((sum, column) => sum + column.byteLength, 0);
  }
}
