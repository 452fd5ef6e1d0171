import type { ContainerSpec, SpecMount } from '../../../worker/protocol/agent.ts';
import { check, errno, KernelError } from '../kernel/errors.ts';
import { close, control, fileType, flags, mkdirs, modeOf, open } from '../kernel/files.ts';
import { attach, cloneTree, makeReadonly, mount, ms, overlay, parseOptions } from '../kernel/mounts.ts';
import { nr } from '../kernel/numbers.ts';
import { unmount } from '../kernel/mounts.ts';
import { makeDevices } from './devices.ts';
import { containerPath, paths, snapshotPath } from './paths.ts';

const quiet = ms.NOSUID | ms.NOEXEC | ms.NODEV;

/** Paths that Docker hides, and those it lets be read only (moby oci/defaults.go). */
const masked = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/scsi',
  '/proc/sched_debug',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
];
const readonly = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/**
 * In the child, in a mount namespace of its own: puts the container's root together and makes it the only thing there
 * is. Every path of the image is used only after the root has changed, so that no link in it leads outside.
 */
export function enterRoot(spec: ContainerSpec): void {
  const files = openFiles(spec);
  const binds = openBinds(spec.mounts);
  attach(rootTree(spec), paths.root);
  changeRoot();
  const replaced = new Set(spec.mounts.map((entry) => entry.destination));
  standardMounts(spec, replaced);
  for (const [tree, target] of files) attachFile(tree, target);
  makeFile('/.dockerenv', '/.dockerenv');
  for (const entry of spec.mounts) addMount(entry, binds.get(entry));
  setSysctls(spec.sysctls);
}

/** Last, when nothing needs to be written any more: masks what must not be seen and closes the root if asked to. */
export function sealRoot(spec: ContainerSpec): void {
  if (!spec.privileged) {
    for (const path of masked) mask(path);
    for (const path of readonly) bindReadonly(path);
  }
  if (spec.readonlyRootfs) makeReadonly('/');
}

function rootTree(spec: ContainerSpec): number {
  const snapshot = snapshotPath(spec.id);
  return overlay(
    spec.layers.map((layer) => `${paths.layers}/${layer}`),
    `${snapshot}/diff`,
    `${snapshot}/work`,
  );
}

function openFiles(spec: ContainerSpec): [tree: number, target: string][] {
  const from = containerPath(spec.id);
  const files: [number, string][] = [
    [cloneTree(`${from}/resolv.conf`), '/etc/resolv.conf'],
    [cloneTree(`${from}/hostname`), '/etc/hostname'],
    [cloneTree(`${from}/hosts`), '/etc/hosts'],
  ];
  if (spec.init) files.push([cloneTree('/bin/docker-init'), '/sbin/docker-init']);
  return files;
}

function openBinds(mounts: readonly SpecMount[]): Map<SpecMount, number> {
  const binds = mounts.filter((entry) => entry.type === 'bind');
  return new Map(binds.map((entry) => [entry, cloneTree(entry.source ?? '')]));
}

/** The old root ends up under the new one and is let go: pivot_root(2), "pivot_root(".", ".")". */
function changeRoot(): void {
  check('chdir', syscall(nr.chdir, paths.root));
  check('pivot_root', syscall(nr.pivot_root, '.', '.'));
  unmount('.');
  check('chdir', syscall(nr.chdir, '/'));
}

function standardMounts(spec: ContainerSpec, replaced: ReadonlySet<string>): void {
  const put = (target: string, type: string, flags: number, data: string | null): void => {
    if (replaced.has(target)) return;
    mkdirs(target);
    mount(type, target, type, flags, data);
  };
  put('/proc', 'proc', quiet, null);
  put('/dev', 'tmpfs', ms.NOSUID | ms.STRICTATIME, 'mode=755,size=65536k');
  if (!replaced.has('/dev')) makeDevices();
  put('/dev/pts', 'devpts', ms.NOSUID | ms.NOEXEC, 'newinstance,ptmxmode=0666,mode=0620,gid=5');
  put('/dev/shm', 'tmpfs', quiet, `mode=1777,size=${spec.shmSize}`);
  put('/dev/mqueue', 'mqueue', quiet, null);
  const access = spec.privileged ? 0 : ms.RDONLY;
  put('/sys', 'sysfs', quiet | access, null);
  put('/sys/fs/cgroup', 'cgroup2', quiet | access, 'nsdelegate');
}

function addMount(entry: SpecMount, tree: number | undefined): void {
  const { flags, data } = parseOptions(entry.options);
  if (tree !== undefined) {
    attachAnywhere(tree, entry.destination, entry.source ?? '');
    if (flags & ms.RDONLY) makeReadonly(entry.destination);
    return;
  }
  mkdirs(entry.destination);
  mount(entry.type, entry.destination, entry.type, flags, data);
}

function attachAnywhere(tree: number, target: string, source: string): void {
  const isDirectory = (modeOf(`/proc/self/fd/${tree}`) & fileType.mask) === fileType.directory;
  if (isDirectory) mkdirs(target);
  else makeFile(target, source);
  attach(tree, target);
}

function attachFile(tree: number, target: string): void {
  makeFile(target, target);
  attach(tree, target);
}

/** An empty file to mount on, unless there is one. */
function makeFile(path: string, what: string): void {
  if (modeOf(path) >= 0) return;
  mkdirs(path.slice(0, Math.max(1, path.lastIndexOf('/'))));
  try {
    close(open(path, flags.O_WRONLY | flags.O_CREAT, 0o755));
  } catch (error) {
    if (error instanceof KernelError) throw new KernelError(`create mount point for ${what}`, error.errno);
    throw error;
  }
}

function mask(path: string): void {
  const result = syscall(nr.mount, '/dev/null', path, null, ms.BIND, null);
  if (result === -errno.ENOENT) return;
  if (result === -errno.ENOTDIR) mount('tmpfs', path, 'tmpfs', ms.RDONLY, 'size=0k');
  else check(`mask ${path}`, result);
}

function bindReadonly(path: string): void {
  const result = syscall(nr.mount, path, path, null, ms.BIND | ms.REC, null);
  if (result === -errno.ENOENT) return;
  check(`bind ${path}`, result);
  makeReadonly(path);
}

function setSysctls(sysctls: Record<string, string> | undefined): void {
  for (const [name, value] of Object.entries(sysctls ?? {}))
    control(`/proc/sys/${name.replaceAll('.', '/')}`, value);
}
