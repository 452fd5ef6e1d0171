import type { Batch } from './batch.ts';
import { check } from './errors.ts';
import { close } from './files.ts';
import { nr } from './numbers.ts';

export const ms = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  SYNCHRONOUS: 16,
  REMOUNT: 32,
  NOATIME: 1024,
  NODIRATIME: 2048,
  BIND: 4096,
  REC: 16384,
  PRIVATE: 1 << 18,
  SLAVE: 1 << 19,
  SHARED: 1 << 20,
  RELATIME: 1 << 21,
  STRICTATIME: 1 << 24,
} as const;

const MNT_DETACH = 2;
const AT_FDCWD = -100;
const AT_RECURSIVE = 0x8000;
const AT_EMPTY_PATH = 0x1000;
const OPEN_TREE_CLONE = 1;
const O_CLOEXEC = 0o2000000;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const FSCONFIG_SET_STRING = 1;
const FSCONFIG_CMD_CREATE = 6;

export function mount(
  source: string,
  target: string,
  type: string,
  flags: number,
  data: string | null = null,
): void {
  check(`mount ${target}`, syscall(nr.mount, source, target, type, flags, data));
}

export function unmount(target: string): void {
  check(`unmount ${target}`, syscall(nr.umount2, target, MNT_DETACH));
}

/** A detached copy of a mount or of a directory's tree, to be attached elsewhere, even after the root has changed. */
export function cloneTree(path: string, recursive = true): number {
  const how = OPEN_TREE_CLONE | O_CLOEXEC | (recursive ? AT_RECURSIVE : 0);
  return check(`open ${path}`, syscall(nr.open_tree, AT_FDCWD, path, how));
}

/** The same of a mount alone, without what is mounted in it. */
export function cloneMount(path: string): number {
  return check(`open ${path}`, syscall(nr.open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | O_CLOEXEC));
}

/** Attaches a detached mount and lets its descriptor go. */
export function attach(tree: number, target: string): void {
  const result = syscall(nr.move_mount, tree, '', AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH);
  close(tree);
  check(`mount ${target}`, result);
}

/** A detached overlay mount, read-only without an upper directory. Layers are given the lowest first. */
export function overlay(layers: readonly string[], upper?: string, work?: string): number {
  const context = check('fsopen overlay', syscall(nr.fsopen, 'overlay', 1));
  try {
    configure(context, 'source', 'overlay');
    for (const layer of layers.toReversed()) configure(context, 'lowerdir+', layer);
    if (upper !== undefined) configure(context, 'upperdir', upper);
    if (work !== undefined) configure(context, 'workdir', work);
    for (const option of ['index', 'metacopy', 'redirect_dir', 'xino']) configure(context, option, 'off');
    check('mount overlay', syscall(nr.fsconfig, context, FSCONFIG_CMD_CREATE, null, null, 0));
    return check('mount overlay', syscall(nr.fsmount, context, 1, 0));
  } finally {
    close(context);
  }
}

function configure(context: number, key: string, value: string): void {
  check(`mount overlay ${key}=${value}`, syscall(nr.fsconfig, context, FSCONFIG_SET_STRING, key, value, 0));
}

/** Sets read-only on a mount without touching its other flags: mount_setattr with MOUNT_ATTR_RDONLY. */
export function makeReadonly(path: string, recursive = false): void {
  const how = recursive ? AT_RECURSIVE : 0;
  check(`remount ${path}`, syscall(nr.mount_setattr, AT_FDCWD, path, how, readonlyAttributes, 32));
}

/** Who learns of mounts and unmounts below: `private`, `rslave`, ... */
export function setPropagation(path: string, propagation: string): void {
  const flags = propagations[propagation];
  if (flags !== undefined) check(`propagation of ${path}`, syscall(nr.mount, 0, path, 0, flags, 0));
}

const propagations: Record<string, number> = {
  private: ms.PRIVATE,
  rprivate: ms.PRIVATE | ms.REC,
  slave: ms.SLAVE,
  rslave: ms.SLAVE | ms.REC,
  shared: ms.SHARED,
  rshared: ms.SHARED | ms.REC,
};

const readonlyAttributes = new Uint32Array(8);
readonlyAttributes[0] = 1;

/** On a detached mount: nothing in it is a device or a program, and it can be written, whatever it was cloned from. */
export function makeInert(tree: number): void {
  check('set mount', syscall(nr.mount_setattr, tree, '', AT_EMPTY_PATH, inertAttributes, 32));
}

/** struct mount_attr: u64 set, u64 clear, ... */
const inertAttributes = new Uint32Array(8);
inertAttributes[0] = ms.NOSUID | ms.NODEV | ms.NOEXEC;
inertAttributes[2] = ms.RDONLY;

/** Binds a path over itself and makes it read-only there. */
export function addReadonly(calls: Batch, path: string): void {
  calls.add(`bind ${path}`, nr.mount, path, path, 0, ms.BIND | ms.REC, 0);
  calls.add(`remount ${path}`, nr.mount_setattr, AT_FDCWD, path, 0, address(readonlyAttributes), 32);
}

const optionFlags: Record<string, number> = {
  ro: ms.RDONLY,
  rw: 0,
  nosuid: ms.NOSUID,
  nodev: ms.NODEV,
  noexec: ms.NOEXEC,
  relatime: ms.RELATIME,
  strictatime: ms.STRICTATIME,
  nodiratime: ms.NODIRATIME,
  noatime: ms.NOATIME,
  sync: ms.SYNCHRONOUS,
  async: 0,
  atime: 0,
  diratime: 0,
  bind: ms.BIND,
  rbind: ms.BIND | ms.REC,
  suid: 0,
  dev: 0,
  exec: 0,
  rro: ms.RDONLY,
  // Set apart from the mount: see `setPropagation`.
  private: 0,
  rprivate: 0,
  slave: 0,
  rslave: 0,
  shared: 0,
  rshared: 0,
};

/** mount(8) options as flags and the file system's own data. */
export function parseOptions(options: readonly string[]): { flags: number; data: string } {
  let flags = 0;
  const data: string[] = [];
  for (const option of options) {
    const flag = optionFlags[option];
    if (flag === undefined) data.push(option);
    else flags |= flag;
  }
  return { flags, data: data.join(',') };
}
