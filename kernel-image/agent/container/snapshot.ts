import type { ContainerFiles } from '../../../worker/protocol/agent.ts';
import { check, errno } from '../kernel/errors.ts';
import { list, mkdirs, readFile, writeFile } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';
import { containerPath, snapshotPath } from './paths.ts';

const AT_FDCWD = -100;
const AT_REMOVEDIR = 0x200;

/** Makes the directories of a container's writable layer; one that is there from an earlier start is kept. */
export function createSnapshot(id: string): void {
  const path = snapshotPath(id);
  mkdirs(`${path}/diff`);
  mkdirs(`${path}/work`, 0o700);
}

/** Writes the files that are bound over the image's. */
export function writeFiles(id: string, files: ContainerFiles): void {
  const path = containerPath(id);
  mkdirs(path, 0o710);
  writeFile(`${path}/hostname`, files.hostname);
  writeFile(`${path}/hosts`, files.hosts ?? readFile('/etc/hosts'));
  writeFile(`${path}/resolv.conf`, files.resolvConf);
}

/** Removes both. Trees are walked without following links; what the usual container leaves is gone without reading any. */
export function removeSnapshot(id: string): void {
  const [snapshot, container] = [snapshotPath(id), containerPath(id)];
  for (const path of [`${snapshot}/work/work`, `${snapshot}/work`, `${snapshot}/diff`]) removeTree(path);
  removeTree(snapshot);
  for (const name of ['hostname', 'hosts', 'resolv.conf', `${id}.log`])
    syscall(nr.unlink, `${container}/${name}`);
  removeTree(container);
}

/** Directories go by rmdir when they are empty, which the usual ones are; only others are read. */
export function removeTree(path: string): void {
  const result = syscall(nr.rmdir, path);
  if (result === 0 || result === -errno.ENOENT) return;
  if (result === -errno.ENOTDIR) {
    check(`unlink ${path}`, syscall(nr.unlink, path));
    return;
  }
  if (result !== -errno.ENOTEMPTY) check(`rmdir ${path}`, result);
  for (const name of list(path)) removeEntry(`${path}/${name}`);
  check(`rmdir ${path}`, syscall(nr.unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
}

function removeEntry(path: string): void {
  const result = syscall(nr.unlink, path);
  if (result === -errno.EISDIR) removeTree(path);
  else if (result !== -errno.ENOENT) check(`unlink ${path}`, result);
}
