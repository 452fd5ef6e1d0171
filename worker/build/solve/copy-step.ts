import { BottleshipError } from '../../oci/errors.ts';
import { cleanRelative } from '../../oci/path.ts';
import { LayerDraft } from '../files/draft.ts';
import { memoryFile } from '../files/file.ts';
import { lookUp, type Place, TooManyLinks } from '../files/lookup.ts';
import { madeMode, parseMode } from '../files/mode.ts';
import type { TreeNode } from '../files/tree.ts';
import { contentHash } from '../steps/contenthash.ts';
import { hasWildcards, matches } from '../steps/sources.ts';
import type { Copied, CopyOptions } from './copy-files.ts';
import { copyFiles } from './copy-files.ts';
import { findOwner } from './owner.ts';
import { remoteSource } from './remote-file.ts';
import type { Snapshot, Solver, StepWork } from './solver.ts';
import type { CopyStep } from './step.ts';

/** ADD and COPY: files on top of the step before, without a container. */
export async function copyStep(solver: Solver, step: CopyStep, parent: Snapshot): Promise<StepWork> {
  const { backend } = solver.parts;
  const parameters = parametersOf(step);
  // Without a snapshotter that merges, which Docker's usual storage has not either, `--link` changes nothing.
  const below = parent.key;
  let found: Promise<Copied[]> | undefined;
  const sources = () => (found ??= findSources(solver, step));
  const from =
    step.sources.length === 0 || step.from.kind === 'context' ? undefined : await solver.solve(step.from);
  return {
    ...(from !== undefined && step.remotes.length === 0 && { hint: ['copy', below, parameters, from.key] }),
    async key() {
      const hashes = await Promise.all((await sources()).map(({ path, node }) => contentHash(path, node)));
      return ['copy', below, parameters, hashes];
    },
    async make() {
      const root = await solver.tree(step.parent);
      const draft = new LayerDraft(root, Math.floor(backend.now() / 1000));
      const options = await optionsOf(step, root);
      for (const source of await sources()) await copyFiles(draft, source, options);
      return backend.make(draft.tar());
    },
  };
}

/** What of the step itself its layer depends on. */
function parametersOf(step: CopyStep): unknown {
  const { instruction, sources, remotes, contents, destination, chown, chmod, excludes, parents, unpack } =
    step;
  const texts = contents.map(({ name, content }) => [name, content]);
  return { instruction, sources, remotes, texts, destination, chown, chmod, excludes, parents, unpack };
}

async function optionsOf(step: CopyStep, root: TreeNode): Promise<CopyOptions> {
  const { destination, chown, chmod, excludes, parents } = step;
  return {
    destination,
    owner: chown === '' ? undefined : await findOwner(chown, root),
    mode: chmod === '' ? undefined : parseMode(chmod),
    madeMode: madeMode(chmod),
    excludes,
    parents,
  };
}

async function findSources(solver: Solver, step: CopyStep): Promise<Copied[]> {
  const found: Copied[] = [];
  const root = step.sources.length === 0 ? undefined : await solver.tree(step.from);
  for (const path of step.sources) if (root !== undefined) found.push(...treeSources(root, path, step));
  for (const remote of step.remotes) {
    const { name, node } = await remoteSource(solver.parts, remote, step.destination);
    found.push({ path: name, node, unpack: step.unpack.fetched });
  }
  const mtime = Math.floor(solver.parts.backend.now() / 1000);
  for (const { name, content } of step.contents) {
    const file = memoryFile(new TextEncoder().encode(content), { mtime });
    found.push({ path: name, node: loose(file), unpack: false });
  }
  return found;
}

/** Fails when a source is not there that is written out. */
export function requireSources(root: TreeNode, step: CopyStep): void {
  for (const path of step.sources) treeSources(root, path, step);
}

/** Wildcards may match nothing; a path that is written out must be there. */
function treeSources(root: TreeNode, given: string, { parents, unpack }: CopyStep): Copied[] {
  const path = cleanRelative(`/${given}`).slice(1);
  const kept = parents ? given.replace(/^\/+/, '') : path;
  const copied = (at: string, node: TreeNode): Copied => ({ path: at, node, unpack: unpack.local });
  if (!hasWildcards(path)) {
    const { node } = followed(root, path);
    if (node === undefined) throw missing(path);
    return [copied(kept, node)];
  }
  const pivot =
    parents && kept.includes('/./') ? `${cleanRelative(kept.slice(0, kept.indexOf('/./')))}/./` : '';
  return [...matches(root, path.split('/'))].flatMap((names) => {
    const at = names.join('/');
    const { node } = lookUp(root, at);
    const shown = pivot === '' ? at : pivot + at.slice(pivot.length - 2);
    return node === undefined ? [] : [copied(shown, node)];
  });
}

function followed(root: TreeNode, path: string): Place {
  try {
    return lookUp(root, path);
  } catch (error) {
    throw error instanceof TooManyLinks ? notSummed('too many links') : error;
  }
}

function loose(file: Copied['node']['file']): TreeNode {
  return { file, child: () => undefined, names: () => [] };
}

/** A source that is not there: the step cannot even be looked up. */
export class MissingSource extends BottleshipError {}

/** As BuildKit words it, with a name of its own for what was looked through. */
export function missing(path: string): Error {
  return notSummed(`${JSON.stringify(`/${path}`)}: not found`);
}

function notSummed(why: string): Error {
  return new MissingSource(
    'internal',
    `failed to calculate checksum of ref ${crypto.randomUUID()}::${randomName()}: ${why}`,
  );
}

function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(25));
  return Array.from(bytes, (byte) => (byte % 36).toString(36)).join('');
}
