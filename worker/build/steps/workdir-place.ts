import { internal } from '../errors.ts';
import { lookUp, type Place, TooManyLinks } from '../files/lookup.ts';
import type { TreeNode } from '../files/tree.ts';

/** Where WORKDIR leads, which may lie below no file. Fails with Docker's words; `words` are those for links in circles. */
export function workdirPlace(root: TreeNode, path: string, words: string): Place {
  try {
    const found = lookUp(root, path);
    const { node: parent } = lookUp(root, found.names.slice(0, -1).join('/'));
    if (parent !== undefined && parent.file.kind !== 'directory')
      throw internal(`lstat ${path}: not a directory`);
    return found;
  } catch (error) {
    throw error instanceof TooManyLinks ? internal(words, error) : error;
  }
}
