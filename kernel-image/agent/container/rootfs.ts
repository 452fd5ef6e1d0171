import type { ContainerSpec, SpecMount } from '../../../worker/protocol/agent.ts';
import { Batch } from '../kernel/batch.ts';
import { check, KernelError } from '../kernel/errors.ts';
import { close, control, fileType, flags, mkdirs, modeOf, modeOfOpen, open } from '../kernel/files.ts';
import {
  addReadonly,
  attach,
  cloneTree,
  makeReadonly,
  mount,
  ms,
  overlay,
  parseOptions,
  setPropagation,
  unmount,
} from '../kernel/mounts.ts';
import { nr } from '../kernel/numbers.ts';
import { addDevices, addHostDevices, type DeviceNode, hostDevices } from './devices.ts';
import { requirePropagation } from './propagation.ts';
import { openSubpath } from './subpath.ts';
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

/** Bound over the image's, from the machine's one file for all containers. */
const initPath = '/sbin/docker-init';
const sharedMemoryPath = '/dev/shm';

/**
 * In the child, in a mount namespace of its own: puts the container's root together and makes it the only thing there
 * is. Every path of the image is used only after the root has changed, so that no link in it leads outside.
 */
export function enterRoot(
  spec: ContainerSpec,
  root: number,
  asked: readonly DeviceNode[],
  sharedMemory?: number,
): void {
  const files = openFiles(spec);
  const binds = openBinds(spec.mounts);
  const devices = spec.privileged ? [...hostDevices(), ...asked] : asked;
  attachRoot(root);
  changeRoot();
  const replaced = new Set(spec.mounts.map((entry) => entry.destination));
  if (spec.ipc !== undefined) replaced.add(sharedMemoryPath);
  standardMounts(spec, replaced);
  if (sharedMemory !== undefined) attachAnywhere(sharedMemory, sharedMemoryPath, sharedMemoryPath);
  addHostDevices(devices);
  for (const entry of spec.mounts) addMount(entry, binds.get(entry));
  attachFiles(spec, files, replaced);
  setSysctls(spec.sysctls);
}

/** They are seen through a volume that lies over their directory; one that was put in a file's place is seen instead of it. */
function attachFiles(spec: ContainerSpec, files: readonly File[], replaced: ReadonlySet<string>): void {
  for (const [tree, target] of files) {
    if (replaced.has(target)) close(tree);
    else attachFile(tree, target);
    if (target === initPath || (spec.readonlyRootfs && !replaced.has(target))) makeReadonly(target);
  }
}

/** A detached mount of a file, and the place it is for. */
type File = [tree: number, target: string];

/** Last, when nothing needs to be written any more: masks what must not be seen and closes the root if asked to. */
export function sealRoot(spec: ContainerSpec): void {
  const { maskedPaths, readonlyPaths } = spec;
  if (maskedPaths || readonlyPaths) maskBatch(maskedPaths ?? masked, readonlyPaths ?? readonly).run();
  else if (!spec.privileged) (usualMasks ?? maskBatch(masked, readonly)).run();
  if (spec.readonlyRootfs) makeReadonly('/');
}

/** The overlay mount of a container's layers and its writable one, detached. */
export function rootTree(id: string, layers: readonly string[]): number {
  const snapshot = snapshotPath(id);
  return overlay(layers.map(layerPath), `${snapshot}/diff`, `${snapshot}/work`);
}

function openFiles(spec: ContainerSpec): File[] {
  const { id, files: given } = spec;
  const files = given === 'none' ? [] : openNetworkFiles('container' in given ? given.container : id);
  if (spec.init) files.push([cloneTree('/bin/docker-init'), initPath]);
  return files;
}

export function openNetworkFiles(id: string): File[] {
  const from = containerPath(id);
  return [
    [cloneTree(`${from}/resolv.conf`), '/etc/resolv.conf'],
    [cloneTree(`${from}/hostname`), '/etc/hostname'],
    [cloneTree(`${from}/hosts`), '/etc/hosts'],
  ];
}

export function openBinds(mounts: readonly SpecMount[]): Map<SpecMount, number> {
  const binds = mounts.filter((entry) => entry.type === 'bind');
  const trees = new Map<SpecMount, number>();
  for (const entry of binds) if (!entry.layers) trees.set(entry, openBind(entry));
  // Last, since it changes how what is mounted here spreads.
  for (const entry of binds) if (entry.layers) trees.set(entry, openImage(entry.layers, entry.subpath));
  return trees;
}

/** An image's tree is put together where the container's root will be; that empty directory is its lowest layer. */
function openImage(layers: readonly string[], subpath: string | undefined): number {
  setPropagation('/', 'rslave');
  attach(overlay([paths.root, ...layers.map(layerPath)]), paths.root);
  try {
    return subpath === undefined ? cloneTree(paths.root) : openSubpath(paths.root, subpath);
  } finally {
    unmount(paths.root);
  }
}

const layerPath = (layer: string): string => `${paths.layers}/${layer}`;

function openBind({ source = '', subpath, create, options }: SpecMount): number {
  if (create && modeOf(source) < 0) mkdirs(source);
  requirePropagation(source, options.find(isPropagation));
  if (subpath !== undefined) return openSubpath(source, subpath);
  return cloneTree(source, !options.includes('bind'));
}

/** What is mounted here from now on is not to be seen in the machine, whose mounts are shared. */
export function attachRoot(tree: number): void {
  setPropagation('/', 'rslave');
  attach(tree, paths.root);
}

/** The old root ends up under the new one and is let go: pivot_root(2), "pivot_root(".", ".")". */
export function changeRoot(): void {
  check('chdir', syscall(nr.chdir, paths.root));
  check('pivot_root', syscall(nr.pivot_root, '.', '.'));
  unmount('.');
  check('chdir', syscall(nr.chdir, '/'));
}

/** The usual mounts of a container that is not privileged, with nothing replaced, as one batch. */
function standardBatch(
  shmSize: number,
  access: number,
  cgroupAccess: number,
  replaced: ReadonlySet<string>,
): Batch {
  const calls = new Batch();
  const put = (target: string, type: string, flags: number, data: string | number, source = type): void => {
    if (!replaced.has(target)) calls.add(`mount ${target}`, nr.mount, source, target, type, flags, data);
  };
  const directory = (path: string): void => {
    if (!replaced.has(path)) calls.add(`mkdir ${path}`, nr.mkdir, path, 0o755);
  };
  put('/proc', 'proc', quiet, 0);
  put('/dev', 'tmpfs', ms.NOSUID | ms.STRICTATIME, 'mode=755,size=65536k');
  if (!replaced.has('/dev')) {
    addDevices(calls);
    for (const path of ['/dev/pts', '/dev/shm', '/dev/mqueue']) directory(path);
    put('/dev/pts', 'devpts', ms.NOSUID | ms.NOEXEC, 'newinstance,ptmxmode=0666,mode=0620,gid=5');
    put('/dev/shm', 'tmpfs', quiet, `mode=1777,size=${shmSize}`, 'shm');
    put('/dev/mqueue', 'mqueue', quiet, 0);
  }
  put('/sys', 'sysfs', quiet | access, 0);
  put('/sys/fs/cgroup', 'cgroup2', quiet | cgroupAccess, 'nsdelegate', 'cgroup');
  return calls;
}

const usualShmSize = 64 * 1024 * 1024;
let usualMounts: Batch | undefined;
let usualMasks: Batch | undefined;

/** Prepares what nearly every container uses, while there is time. */
export function prepareRootfs(): void {
  usualMounts = standardBatch(usualShmSize, ms.RDONLY, ms.RDONLY, new Set());
  usualMasks = maskBatch(masked, readonly);
}

function standardMounts(spec: ContainerSpec, replaced: ReadonlySet<string>): void {
  for (const path of ['/proc', '/dev', '/sys']) if (!replaced.has(path)) needDirectory(path);
  const { privileged, shmSize, writableCgroups = privileged } = spec;
  const usual = !privileged && !writableCgroups && shmSize === usualShmSize && replaced.size === 0;
  const calls =
    usual && usualMounts
      ? usualMounts
      : standardBatch(shmSize, accessOf(privileged), accessOf(writableCgroups), replaced);
  calls.run();
}

function accessOf(writable: boolean): number {
  return writable ? 0 : ms.RDONLY;
}

/** The lowest layer brings these; only an image that hides them lacks them. */
function needDirectory(path: string): void {
  if (modeOf(path) < 0) mkdirs(path);
}

export function addMount(entry: SpecMount, tree: number | undefined): void {
  const { flags, data } = parseOptions(entry.options);
  const propagation = entry.options.find(isPropagation);
  if (tree !== undefined) {
    attachAnywhere(tree, entry.destination, entry.source ?? '');
    if (flags & ms.RDONLY) makeReadonly(entry.destination, entry.options.includes('rro'));
    setPropagation(entry.destination, propagation ?? 'rprivate');
    return;
  }
  const mode = modeOf(entry.destination);
  if (mode < 0) mkdirs(entry.destination);
  const own = entry.type === 'tmpfs' && mode >= 0 ? `mode=${(mode & 0o7777).toString(8)}` : '';
  mount(entry.type, entry.destination, entry.type, flags, [own, data].filter(Boolean).join(',') || null);
  if (propagation !== undefined) setPropagation(entry.destination, propagation);
}

function isPropagation(option: string): boolean {
  return /^r?(private|slave|shared)$/.test(option);
}

function attachAnywhere(tree: number, target: string, source: string): void {
  const isDirectory = (modeOfOpen(tree) & fileType.mask) === fileType.directory;
  if (isDirectory) mkdirs(target);
  else makeFile(target, source);
  attach(tree, target);
}

export function attachFile(tree: number, target: string): void {
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

/** What is to be masked in this kernel's /proc and /sys, which are the same in every container. */
function maskBatch(masked: readonly string[], readonly: readonly string[]): Batch {
  const calls = new Batch();
  for (const path of masked) {
    const mode = modeOf(path);
    if (mode < 0) continue;
    if ((mode & fileType.mask) === fileType.directory) {
      calls.add(`mask ${path}`, nr.mount, 'tmpfs', path, 'tmpfs', ms.RDONLY, 'size=0k');
    } else calls.add(`mask ${path}`, nr.mount, '/dev/null', path, 0, ms.BIND, 0);
  }
  for (const path of readonly) if (modeOf(path) >= 0) addReadonly(calls, path);
  return calls;
}

function setSysctls(sysctls: Record<string, string> | undefined): void {
  for (const [name, value] of Object.entries(sysctls ?? {}))
    control(`/proc/sys/${name.replaceAll('.', '/')}`, value);
}
