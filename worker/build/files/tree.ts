import type { BlobReader } from '../../content/blobreader.ts';
import type { LayerIndex } from '../../layers/layerindex.ts';
import type { Layer } from '../../layers/layertree.ts';
import type { MergedFile } from '../../layers/mergedlayers.ts';
import { mergedChild, mergedNames, mergedRoot } from '../../layers/mergedlayers.ts';
import { readSparse } from '../../layers/sparseread.ts';
import { fileType, fileTypes } from '../../ninep/qid.ts';
import type { SourceFile } from './file.ts';
import { newDirectory } from './file.ts';

/** A directory entry that can be looked into. */
export interface TreeNode {
  readonly file: SourceFile;
  /** What a directory has under a name. */
  child(name: string): TreeNode | undefined;
  /** In no order. */
  names(): Iterable<string>;
}

const kinds: Readonly<Record<number, SourceFile['kind']>> = {
  [fileTypes.fifo]: 'fifo',
  [fileTypes.characterDevice]: 'character',
  [fileTypes.directory]: 'directory',
  [fileTypes.blockDevice]: 'block',
  [fileTypes.symlink]: 'symlink',
};

/** The files of layers, the lowest first, as a container would see them. Without layers an empty directory. */
export function layersRoot(layers: readonly Layer[]): TreeNode {
  const root = mergedRoot(layers.map(({ index }) => index));
  const tars = new Map(layers.map(({ index, tar }) => [index, tar]));
  return root === undefined ? emptyRoot : new LayersNode(root, tars);
}

const emptyRoot: TreeNode = { file: newDirectory(), child: () => undefined, names: () => [] };

class LayersNode implements TreeNode {
  readonly #merged: MergedFile;
  readonly #tars: ReadonlyMap<LayerIndex, BlobReader>;
  #file: SourceFile | undefined;

  constructor(merged: MergedFile, tars: ReadonlyMap<LayerIndex, BlobReader>) {
    this.#merged = merged;
    this.#tars = tars;
  }

  get file(): SourceFile {
    return (this.#file ??= this.#describe());
  }

  child(name: string): TreeNode | undefined {
    const found = mergedChild(this.#merged, name);
    return found && new LayersNode(found, this.#tars);
  }

  names(): Iterable<string> {
    return mergedNames(this.#merged);
  }

  #describe(): SourceFile {
    const { index, inode } = this.#merged;
    const { inodes } = index.data;
    const mode = index.mode(inode);
    const kind = kinds[fileType(mode)] ?? 'file';
    const rdev = inodes.rdev[inode] ?? 0;
    return {
      kind,
      mode: mode & 0o7777,
      uid: inodes.uid[inode] ?? 0,
      gid: inodes.gid[inode] ?? 0,
      mtime: inodes.seconds[inode] ?? 0,
      nanoseconds: inodes.nanoseconds[inode] ?? 0,
      size: kind === 'file' ? (inodes.size[inode] ?? 0) : 0,
      link: kind === 'symlink' ? index.target(inode) : '',
      major: (rdev >> 8) & 0xfff,
      minor: (rdev & 0xff) | ((rdev >>> 12) & ~0xff),
      attributes: withoutOverlay(index.xattrs(inode)),
      identity: `${[...this.#tars.keys()].indexOf(index)}:${inode}`,
      contents: () => contentsOf(index, inode, this.#tars.get(index)),
    };
  }
}

const piece = 1 << 20;

async function* contentsOf(
  { data }: LayerIndex,
  inode: number,
  tar: BlobReader | undefined,
): AsyncGenerator<Uint8Array> {
  const [start, size] = [data.inodes.offset[inode] ?? 0, data.inodes.size[inode] ?? 0];
  const map = data.sparse.get(inode);
  if (tar === undefined) return;
  for (let at = 0; at < size; at += piece) {
    const length = Math.min(piece, size - at);
    yield await (map === undefined ? tar.read(start + at, length) : readSparse(tar, start, map, at, length));
  }
}

function withoutOverlay(
  attributes: ReadonlyMap<string, Uint8Array> | undefined,
): ReadonlyMap<string, Uint8Array> {
  return new Map([...(attributes ?? [])].filter(([name]) => !name.startsWith('trusted.overlay.')));
}
