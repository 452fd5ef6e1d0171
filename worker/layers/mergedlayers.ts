import { fileType, fileTypes } from '../ninep/qid.ts';
import type { LayerIndex } from './layerindex.ts';
import { rootNode } from './layerindex.ts';

/** A file as it shows through all layers. */
export interface MergedFile {
  readonly index: LayerIndex;
  readonly inode: number;
  /** Of a directory: the directories it is merged from, the topmost first; else none. */
  readonly parts: readonly DirectoryPart[];
}

interface DirectoryPart {
  readonly index: LayerIndex;
  readonly node: number;
}

const opaqueAttribute = 'trusted.overlay.opaque';

/** The root of layers, given the lowest first, as overlayfs would show it (https://docs.kernel.org/filesystems/overlayfs.html). */
export function mergedRoot(indexes: readonly LayerIndex[]): MergedFile | undefined {
  return merge(indexes.toReversed().map((index) => ({ index, node: rootNode })));
}

/** What a merged directory has under a name. */
export function mergedChild(directory: MergedFile, name: string): MergedFile | undefined {
  const found: DirectoryPart[] = [];
  for (const { index, node } of directory.parts) {
    const child = index.child(node, name);
    if (child !== undefined) found.push({ index, node: child });
  }
  return merge(found);
}

/** The names in a merged directory, in no order. */
export function mergedNames({ parts }: MergedFile): Set<string> {
  const names = new Set<string>();
  const hidden = new Set<string>();
  for (const { index, node } of parts) {
    for (const child of index.children(node)) {
      const name = index.name(child);
      if (isWhiteout(index, child)) hidden.add(name);
      else if (!hidden.has(name)) names.add(name);
    }
  }
  return names;
}

/** Of what has one name in several layers, the topmost first: what is seen of it. */
function merge(found: readonly DirectoryPart[]): MergedFile | undefined {
  const [top] = found;
  if (top === undefined || isWhiteout(top.index, top.node)) return undefined;
  const parts: DirectoryPart[] = [];
  for (const part of found) {
    const inode = part.index.inode(part.node);
    if (!part.index.isDirectory(inode)) break;
    parts.push(part);
    if (part.index.xattrs(inode)?.has(opaqueAttribute)) break;
  }
  return { index: top.index, inode: top.index.inode(top.node), parts };
}

/** A character device 0/0. */
function isWhiteout(index: LayerIndex, node: number): boolean {
  const inode = index.inode(node);
  return fileType(index.mode(inode)) === fileTypes.characterDevice && index.data.inodes.rdev[inode] === 0;
}
