import { fileType, fileTypes } from '../ninep/qid.ts';
import type { Layer } from './layertree.ts';
import { readContents } from './layertree.ts';
import { mergedChild, mergedRoot } from './mergedlayers.ts';

/**
 * The text of a regular file as it shows through layers, given the lowest first. Undefined when there is none of that
 * path, a link is on the way to it, or it has more bytes than `limit`.
 */
export async function readMergedText(
  layers: readonly Layer[],
  path: readonly string[],
  limit: number,
): Promise<string | undefined> {
  let file = mergedRoot(layers.map(({ index }) => index));
  for (const name of path) file = file && mergedChild(file, name);
  if (file === undefined) return undefined;
  const { index, inode } = file;
  const layer = layers.find((candidate) => candidate.index === index);
  const size = index.data.inodes.size[inode] ?? 0;
  const isText = fileType(index.mode(inode)) === fileTypes.regular && size <= limit;
  if (layer === undefined || !isText) return undefined;
  return new TextDecoder().decode(await readContents(layer, inode, 0, size));
}
