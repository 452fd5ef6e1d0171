import type { PrepareParams } from '../../../worker/protocol/agent.ts';
import { RequestError } from '../kernel/errors.ts';
import { close, fileType, flags, list, mkdirs, modeOf } from '../kernel/files.ts';
import { attach, cloneTree, overlay, unmount } from '../kernel/mounts.ts';
import { exit } from '../process/clone.ts';
import { copyTree } from './copy.ts';
import { paths, volumePath } from './paths.ts';
import { attachRoot, changeRoot, rootTree } from './rootfs.ts';
import { removeTree } from './snapshot.ts';
import { openSubpath, openWithin } from './subpath.ts';

type Volume = PrepareParams['volumes'][number];

const dataPath = (name: string): string => `${volumePath(name)}/_data`;

/** Makes the directories that are not there. @returns those that are to be filled: empty, and something is there for them */
export function makeVolumes(volumes: readonly Volume[]): Volume[] {
  return volumes.filter(({ name, from, subpath = '.' }) => {
    if (modeOf(volumePath(name)) < 0) mkdirs(volumePath(name), 0o701);
    mkdirs(dataPath(name), 0o755);
    return from !== undefined && isEmptyBelow(dataPath(name), subpath);
  });
}

/** Not what is not there, or is no directory: the start has words for that. */
function isEmptyBelow(base: string, subpath: string): boolean {
  if (subpath === '.') return list(base).length === 0;
  const fd = openWithin(base, subpath, flags.O_RDONLY | flags.O_DIRECTORY);
  if (fd < 0) return false;
  try {
    return list(`/proc/self/fd/${fd}`).length === 0;
  } finally {
    close(fd);
  }
}

/**
 * In a child with a mount namespace of its own: fills volumes from an image, and makes a working directory. No path of
 * the image is used before its root is the root.
 */
export function fillRoot({ layers, workingDirectory }: PrepareParams, volumes: readonly Volume[]): never {
  const trees = volumes.map(({ name, subpath }) =>
    subpath === undefined ? cloneTree(dataPath(name)) : openSubpath(dataPath(name), subpath),
  );
  attachRoot(
    workingDirectory
      ? rootTree(workingDirectory.container, layers)
      : overlay(layers.map((layer) => `${paths.layers}/${layer}`)),
  );
  changeRoot();
  if (workingDirectory) makeWorkingDirectory(workingDirectory.path);
  volumes.forEach(({ from = '' }, i) => fill(from, trees[i] ?? -1));
  return exit(0);
}

function makeWorkingDirectory(path: string): void {
  const mode = modeOf(path);
  if (mode < 0) mkdirs(path);
  else if ((mode & fileType.mask) !== fileType.directory)
    throw new RequestError('ENOTDIR', 'spec', `Cannot mkdir: ${path} is not a directory`);
}

/** Every image has a /proc, from the lowest layer, and nothing in it. */
const place = '/proc';

function fill(from: string, tree: number): void {
  const mode = modeOf(from);
  if (mode < 0) return;
  if ((mode & fileType.mask) !== fileType.directory)
    throw new RequestError('EEXIST', 'spec', `cannot mount volume over existing file, file exists ${from}`);
  attach(tree, place);
  copyTree(`${from}/.`, place);
  unmount(place);
}

export function removeVolumes(names: readonly string[]): void {
  for (const name of names) removeTree(volumePath(name));
}
