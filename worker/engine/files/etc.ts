import type { TreeNode } from '../../build/files/tree.ts';
import type { TouchedDirectory } from './layertar.ts';

/**
 * /etc of a container, as Docker dates it by making there what the image lacks of its files; ours lie below all layers.
 * Undefined where it has them all. `seconds` is when the container was made.
 */
export function touchedEtc(
  root: TreeNode,
  files: readonly string[],
  seconds: number,
): TouchedDirectory | undefined {
  const etc = root.child('etc');
  if (etc?.file.kind !== 'directory' || files.every((name) => etc.child(name) !== undefined))
    return undefined;
  const { mode, uid, gid, mtime } = etc.file;
  return { path: 'etc', mode, uid, gid, before: mtime, seconds, alone: false };
}
