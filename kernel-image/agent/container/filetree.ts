import type { FiletreeParams, FiletreeRoot } from '../../../worker/protocol/agent.ts';
import { check, errno, KernelError } from '../kernel/errors.ts';
import { close, exists, flags, open } from '../kernel/files.ts';
import { cloneMount, makeInert } from '../kernel/mounts.ts';
import { nr } from '../kernel/numbers.ts';
import { namespace } from '../process/clone.ts';
import { executeFile } from '../process/execute.ts';
import type { Child } from '../process/processes.ts';
import { containerPath, snapshotPath } from './paths.ts';
import {
  addMount,
  attachFile,
  attachRoot,
  changeRoot,
  openBinds,
  openNetworkFiles,
  rootTree,
} from './rootfs.ts';
import { createSnapshot } from './snapshot.ts';

/** In the agent: what must be there before a root can be put together. */
export function prepareFiletree(root: FiletreeRoot): void {
  if ('container' in root) createSnapshot(root.container);
}

/** In a child with a mount namespace of its own: enters the root and becomes the program. `pid` is the container's first process. */
export function becomeFiletree({ root, args }: FiletreeParams, pid: number | undefined, child: Child): never {
  const program = open('/bin/filetree', flags.O_RDONLY);
  if ('container' in root) enterView(root, pid);
  else if ('writable' in root) enterDirectory(`${snapshotPath(root.writable)}/diff`);
  else enterDirectory(root.directory);
  child.connect('');
  executeFile(program, ['filetree', ...args], []);
}

type ContainerView = Extract<FiletreeRoot, { container: string }>;

/** As at a container's start, paths of the container are used only after the root has changed. */
function enterView({ container, layers, mounts, files }: ContainerView, pid: number | undefined): void {
  const binds = openBinds(mounts);
  const given = files !== undefined && exists(`${containerPath(files)}/hosts`) ? openNetworkFiles(files) : [];
  const tree = (pid === undefined ? undefined : runningRoot(pid)) ?? rootTree(container, layers);
  makeInert(tree);
  attachRoot(tree);
  changeRoot();
  for (const entry of mounts) addMount(entry, binds.get(entry));
  const replaced = new Set(mounts.map(({ destination }) => destination));
  for (const [file, target] of given) {
    if (replaced.has(target)) close(file);
    else attachFile(file, target);
  }
}

/**
 * The root mount of a container's mount namespace, which is the container's root wherever its processes have theirs.
 * Nothing when the process has just ended: then nobody has its layers mounted any more.
 */
function runningRoot(pid: number): number | undefined {
  const own = open('/proc/self/ns/mnt', flags.O_RDONLY);
  try {
    const theirs = open(`/proc/${pid}/ns/mnt`, flags.O_RDONLY);
    check('setns', syscall(nr.setns, theirs, namespace.NEWNS));
    const tree = cloneMount('/');
    check('setns', syscall(nr.setns, own, namespace.NEWNS));
    close(theirs);
    return tree;
  } catch (error) {
    if (error instanceof KernelError && gone.has(error.errno)) return undefined;
    throw error;
  } finally {
    close(own);
  }
}

/** What /proc says of a process that has ended, before and after it is reaped. */
const gone: ReadonlySet<number> = new Set([errno.ENOENT, errno.EACCES, errno.ESRCH]);

function enterDirectory(path: string): void {
  check(`chdir ${path}`, syscall(nr.chdir, path));
  check('chroot', syscall(nr.chroot, '.'));
}
