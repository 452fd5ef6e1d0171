import type { Batch } from '../kernel/batch.ts';
import { nr } from '../kernel/numbers.ts';

const S_IFCHR = 0o020000;

/** https://github.com/opencontainers/runtime-spec/blob/v1.2.0/config-linux.md#default-devices */
const nodes: readonly [path: string, major: number, minor: number][] = [
  ['/dev/null', 1, 3],
  ['/dev/zero', 1, 5],
  ['/dev/full', 1, 7],
  ['/dev/random', 1, 8],
  ['/dev/urandom', 1, 9],
  ['/dev/tty', 5, 0],
];

const links: readonly [target: string, path: string][] = [
  ['/proc/self/fd', '/dev/fd'],
  ['/proc/self/fd/0', '/dev/stdin'],
  ['/proc/self/fd/1', '/dev/stdout'],
  ['/proc/self/fd/2', '/dev/stderr'],
  ['pts/ptmx', '/dev/ptmx'],
];

/** Fills an empty /dev. */
export function addDevices(calls: Batch): void {
  for (const [path, major, minor] of nodes) {
    calls.add(`mknod ${path}`, nr.mknod, path, S_IFCHR | 0o666, (major << 8) | minor);
  }
  for (const [target, path] of links) calls.add(`symlink ${path}`, nr.symlink, target, path);
}
