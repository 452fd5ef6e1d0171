import { glob } from '../../oci/glob.ts';
import { errorKind } from '../../oci/errors.ts';
import { internal } from '../errors.ts';
import type { SourceFile } from '../files/file.ts';
import { byBytes, lookUp } from '../files/lookup.ts';
import type { TreeNode } from '../files/tree.ts';
import { cleanRelative } from '../../oci/path.ts';
import { fileHash, sourceHash } from './sourcehash.ts';

/** Something that COPY or ADD takes. */
export interface CopySource {
  /** As the destination may call it: its last name counts. */
  readonly path: string;
  readonly node: TreeNode;
  readonly hash: string;
  /** Archives are unpacked by ADD, unless they were fetched. */
  readonly mayUnpack: boolean;
}

/** The sources that a path, maybe with wildcards, stands for in a tree. `isContext` is for the error. */
export async function findSources(root: TreeNode, given: string, isContext: boolean): Promise<CopySource[]> {
  const path = given.replace(/^\//, '').replace(/^\.\//, '');
  if (!hasWildcards(path)) return [await source(root, path, isContext)];
  const found: CopySource[] = [];
  for (const match of matches(root, cleanRelative(path).split('/')))
    found.push(await source(root, match.join('/'), isContext));
  return found;
}

/** A file that does not come from a tree. */
export async function looseSource(path: string, file: SourceFile): Promise<CopySource> {
  const node: TreeNode = { file, child: () => undefined, names: () => [] };
  return { path, node, hash: await fileHash(path, file), mayUnpack: false };
}

async function source(root: TreeNode, path: string, isContext: boolean): Promise<CopySource> {
  const clean = cleanRelative(path);
  if (clean === '..' || clean.startsWith('../') || !canBeFollowed(root, clean))
    throw internal(`forbidden path outside the build context: ${path} ()`);
  const { node } = lookUp(root, clean);
  if (node === undefined) {
    const missing = `stat ${path}: file does not exist`;
    throw internal(
      isContext ? `file not found in build context or excluded by .dockerignore: ${missing}` : missing,
    );
  }
  return { path: clean, node, hash: await sourceHash(root, clean), mayUnpack: true };
}

/** Not below a file, and not around in circles. */
function canBeFollowed(root: TreeNode, path: string): boolean {
  const parents = path.split('/').slice(0, -1);
  try {
    lookUp(root, path);
    return parents.every((_, at) => {
      const { node } = lookUp(root, parents.slice(0, at + 1).join('/'));
      return node === undefined || node.file.kind === 'directory';
    });
  } catch {
    return false;
  }
}

export function hasWildcards(path: string): boolean {
  return /[*?[]/.test(path.replaceAll(/\\[^]/g, ''));
}

/** No wildcard stands for a slash, so the names are matched one by one; links are not followed on the way. */
export function* matches(
  node: TreeNode,
  [pattern = '', ...rest]: readonly string[],
  path: readonly string[] = [],
): Generator<readonly string[]> {
  const fits = matcher(pattern);
  for (const name of [...node.names()].sort(byBytes)) {
    const child = fits(name) ? node.child(name) : undefined;
    if (child === undefined) continue;
    const found = [...path, name];
    if (rest.length === 0) yield found;
    else if (child.file.kind === 'directory') yield* matches(child, rest, found);
  }
}

/** A pattern that is none matches nothing, as in Docker. */
function matcher(pattern: string): (name: string) => boolean {
  try {
    return glob(pattern);
  } catch (error) {
    if (errorKind(error) === 'invalid') return () => false;
    throw error;
  }
}
