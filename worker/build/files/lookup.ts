import { BottleshipError } from '../../oci/errors.ts';
import { namesIn } from '../../oci/path.ts';
import type { TreeNode } from './tree.ts';

/** Where a path leads: names without links, and what is there, if anything. */
export interface Place {
  readonly names: readonly string[];
  readonly node: TreeNode | undefined;
}

/** Links that lead around in circles. */
export class TooManyLinks extends BottleshipError {
  constructor(path: string) {
    super('internal', `${path}: too many levels of symbolic links`);
  }
}

/** As many as Linux follows. */
const maxLinks = 255;

/**
 * Follows a path and the links in it within a root that none of them leads out of; what is not there is taken as it is
 * written. The last link is followed, too, unless `lastLink` is false.
 */
export function lookUp(root: TreeNode, path: string, lastLink = true): Place {
  let pending = namesIn(path);
  let trail: { name: string; node: TreeNode | undefined }[] = [];
  for (let links = 0; pending.length > 0;) {
    const [name = '', ...rest] = pending;
    pending = rest;
    if (name === '..') {
      trail.pop();
      continue;
    }
    const node = (trail.length === 0 ? root : trail.at(-1)?.node)?.child(name);
    if (node?.file.kind !== 'symlink' || (rest.length === 0 && !lastLink)) {
      trail.push({ name, node });
      continue;
    }
    if ((links += 1) > maxLinks) throw new TooManyLinks(path);
    if (node.file.link.startsWith('/')) trail = [];
    pending = [...node.file.link.split('/').filter((part) => part !== '' && part !== '.'), ...rest];
  }
  return {
    names: trail.map(({ name }) => name),
    node: trail.length === 0 ? root : trail.at(-1)?.node,
  };
}

/** Everything below a directory, each directory before what is in it, by name. */
export function* walk(
  node: TreeNode,
  path: readonly string[] = [],
): Generator<{ path: readonly string[]; node: TreeNode }> {
  for (const name of [...node.names()].sort(byBytes)) {
    const child = node.child(name);
    if (child === undefined) continue;
    const childPath = [...path, name];
    yield { path: childPath, node: child };
    if (child.file.kind === 'directory') yield* walk(child, childPath);
  }
}

export function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
