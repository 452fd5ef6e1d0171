import type { MergedFile } from '../../layers/mergedlayers.ts';
import { mergedChild, mergedNames, mergedRoot } from '../../layers/mergedlayers.ts';
import { encodeDevice } from '../../ninep/file.ts';
import { fileType, fileTypes } from '../../ninep/qid.ts';
import { namesIn } from '../../oci/path.ts';
import type { Change } from '../../protocol/engine-api.ts';
import type { TreeRecord } from '../../protocol/filetree.ts';
import type { Container } from '../containers/container.ts';
import type { EngineContext } from '../context.ts';
import type { ContainerTrees } from './containertrees.ts';
import type { WritableFile } from './writablelayer.ts';
import { isOpaque, isWhiteout, readWritableLayer } from './writablelayer.ts';

/** `docker diff`. `places` were there only for something to be mounted on them. */
export async function containerChanges(
  context: Pick<EngineContext, 'layers'>,
  trees: ContainerTrees,
  container: Container,
  places: readonly string[] = [],
): Promise<Change[]> {
  const { root, lower } = await writtenFiles(context, trees, container, places);
  return root === undefined ? [] : changesOf(root, lower);
}

/** What the writable layer holds, and what lies below it; no root when nothing was written. */
export async function writtenFiles(
  context: Pick<EngineContext, 'layers'>,
  trees: ContainerTrees,
  container: Container,
  places: readonly string[] = [],
): Promise<{ root: WritableFile | undefined; lower: MergedFile | undefined }> {
  const root = await readWritableLayer(trees, container);
  if (root === undefined) return { root, lower: undefined };
  const lower = mergedRoot(await context.layers.indexes(container.layers));
  for (const place of places) removePlace(root, lower, namesIn(place));
  return { root, lower };
}

/** The paths of a layer: all that was copied up, also what was left as it was, as Docker's overlay2 has it. */
export function writtenPaths(root: WritableFile, lower: MergedFile | undefined, above = ''): string[] {
  return [...root.children].flatMap(([name, file]) => {
    const path = `${above}${name}`;
    const below = lower && mergedChild(lower, name);
    if (isWhiteout(file.record)) return below === undefined ? [] : [path];
    return [path, ...writtenPaths(file, below, `${path}/`)];
  });
}

/** Takes away what was made only for something to be mounted there, with the directories made on the way. */
function removePlace(
  directory: WritableFile,
  lower: MergedFile | undefined,
  [name, ...rest]: readonly string[],
): void {
  const child = name === undefined ? undefined : directory.children.get(name);
  if (name === undefined || child === undefined) return;
  const below = lower && mergedChild(lower, name);
  removePlace(child, below, rest);
  const isPlace =
    rest.length > 0 || child.record.size === 0 || fileType(child.record.mode) === fileTypes.directory;
  if (below === undefined && isPlace && child.children.size === 0 && !isWhiteout(child.record))
    directory.children.delete(name);
}

const kinds = { modified: 0, added: 1, deleted: 2 } as const;

/**
 * What a container's writable layer changes of the layers below, directories before what is in them, names sorted. As
 * Docker finds it by comparing files: one that was copied up and left as it was is no change.
 * https://github.com/moby/go-archive/blob/v0.1.0/changes.go
 */
export function changesOf(root: WritableFile, lower: MergedFile | undefined): Change[] {
  return changesIn('', root, lower);
}

function changesIn(path: string, directory: WritableFile, lower: MergedFile | undefined): Change[] {
  const names = [...directory.children.keys()];
  const hidden = lower && isOpaque(directory.record) ? hiddenNames(directory, lower) : [];
  return [...names, ...hidden]
    .sort(byBytes)
    .flatMap((name) =>
      changesAt(`${path}/${name}`, directory.children.get(name), lower && mergedChild(lower, name)),
    );
}

/** Of the layers below an opaque directory, what it has not of its own. */
function hiddenNames(directory: WritableFile, lower: MergedFile): string[] {
  return [...mergedNames(lower)].filter((name) => !directory.children.has(name));
}

function changesAt(path: string, file: WritableFile | undefined, lower: MergedFile | undefined): Change[] {
  if (file === undefined || isWhiteout(file.record))
    return lower === undefined ? [] : [{ Kind: kinds.deleted, Path: path }];
  const isDirectory = fileType(file.record.mode) === fileTypes.directory;
  const inside = isDirectory ? changesIn(path, file, lower) : [];
  if (lower === undefined) return [{ Kind: kinds.added, Path: path }, ...inside];
  // A directory in which something has changed counts as changed, so that its permissions are kept with it.
  const isChanged = inside.length > 0 || differs(file.record, lower);
  return isChanged ? [{ Kind: kinds.modified, Path: path }, ...inside] : [];
}

/** Of directories neither size nor time says anything. */
function differs(record: TreeRecord, { index, inode }: MergedFile): boolean {
  const { inodes } = index.data;
  const isDirectory = fileType(record.mode) === fileTypes.directory;
  return (
    record.mode !== index.mode(inode) ||
    record.uid !== inodes.uid[inode] ||
    record.gid !== inodes.gid[inode] ||
    encodeDevice(record.major, record.minor) !== inodes.rdev[inode] ||
    (!isDirectory && (record.size !== inodes.size[inode] || !isSameTime(record, inodes, inode))) ||
    !isSameCapability(record, index.xattrs(inode))
  );
}

/** Archives often have whole seconds only. */
function isSameTime(
  record: TreeRecord,
  inodes: MergedFile['index']['data']['inodes'],
  inode: number,
): boolean {
  const nanoseconds = inodes.nanoseconds[inode] ?? 0;
  if (record.seconds !== inodes.seconds[inode]) return false;
  return record.nanoseconds === nanoseconds || record.nanoseconds === 0 || nanoseconds === 0;
}

const capability = 'security.capability';

function isSameCapability(record: TreeRecord, lower: ReadonlyMap<string, Uint8Array> | undefined): boolean {
  const [own = none, below = none] = [record.attributes.get(capability), lower?.get(capability)];
  return own.length === below.length && own.every((byte, i) => byte === below[i]);
}

const none = new Uint8Array();

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
