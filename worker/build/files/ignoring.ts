import type { IgnoreRules } from '../../oci/ignore.ts';
import type { TreeNode } from './tree.ts';

/** A tree without what a .dockerignore leaves out. */
export function ignoring(node: TreeNode, rules: IgnoreRules, path = ''): TreeNode {
  const below = (name: string) => (path === '' ? name : `${path}/${name}`);
  const child = (name: string): TreeNode | undefined => {
    const found = node.child(name);
    if (found === undefined) return undefined;
    const inside = ignoring(found, rules, below(name));
    if (!rules.excludes(below(name))) return inside;
    // A directory that is left out is there all the same for what in it is taken in again.
    return found.file.kind === 'directory' && rules.hasExceptions && !isEmpty(inside) ? inside : undefined;
  };
  return {
    file: node.file,
    child,
    names: () => [...node.names()].filter((name) => child(name) !== undefined),
  };
}

function isEmpty(node: TreeNode): boolean {
  for (const _ of node.names()) return false;
  return true;
}
