import type { Batch } from '../kernel/batch.ts';
import type { ContainerSpec, DeviceRule } from '../../../worker/protocol/agent.ts';
import { check, errno, RequestError } from '../kernel/errors.ts';
import { fileType, lastDevice, list, mkdirs, modeOf } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';
import { splitDevice } from './cgroup.ts';

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

export interface DeviceNode {
  path: string;
  mode: number;
  device: number;
}

/** Directories of /dev that are file systems of their own, and what every container has a /dev/console instead of. */
const notCopied = new Set(['pts', 'shm', 'mqueue', 'console']);
/** The agent's channel is not among what a container gets, however privileged. */
const channelPort = /^vport/;

/** The machine's devices, for a privileged container. To be asked for before the root has changed. */
export function hostDevices(folder = '/dev'): DeviceNode[] {
  return list(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    const mode = notCopied.has(name) || channelPort.test(name) ? -1 : modeOf(path);
    if (mode >= 0 && (mode & fileType.mask) === fileType.directory) return hostDevices(path);
    return isDevice(mode) ? [{ path, mode, device: lastDevice() }] : [];
  });
}

function isDevice(mode: number): boolean {
  const type = mode < 0 ? 0 : mode & fileType.mask;
  return type === fileType.character || type === fileType.block;
}

type Asked = NonNullable<ContainerSpec['deviceNodes']>[number];

/** What `--device` asks for, with the rules that allow it; Docker's texts. To be asked for in the agent. */
export function askedDevices(asked: readonly Asked[]): { nodes: DeviceNode[]; rules: DeviceRule[] } {
  const nodes: DeviceNode[] = [];
  const rules: DeviceRule[] = [];
  for (const entry of asked) {
    for (const node of nodesAt(entry)) {
      nodes.push(node);
      rules.push(ruleFor(node, entry.access));
    }
  }
  return { nodes, rules };
}

function nodesAt({ source, path }: Asked): DeviceNode[] {
  const mode = channelPort.test(source.slice(source.lastIndexOf('/') + 1)) ? 0 : modeOf(source);
  if (isDevice(mode)) return [{ path, mode, device: lastDevice() }];
  const isFolder = mode >= 0 && (mode & fileType.mask) === fileType.directory;
  const found = isFolder ? hostDevices(source) : [];
  if (found.length > 0)
    return found.map((node) => ({ ...node, path: path + node.path.slice(source.length) }));
  const why = mode === -errno.ENOENT ? 'no such file or directory' : 'not a device node';
  const text = `error gathering device information while adding custom device ${JSON.stringify(source)}: ${why}`;
  throw new RequestError('ENODEV', 'spec', text);
}

function ruleFor({ mode, device }: DeviceNode, access: string): DeviceRule {
  const type = (mode & fileType.mask) === fileType.block ? 'b' : 'c';
  return { allow: true, type, ...splitDevice(device), access };
}

/** Makes those that are not there yet. */
export function addHostDevices(devices: readonly DeviceNode[]): void {
  for (const { path, mode, device } of devices) {
    mkdirs(path.slice(0, path.lastIndexOf('/')));
    const result = syscall(nr.mknod, path, mode, device);
    if (result !== -errno.EEXIST) check(`mknod ${path}`, result);
  }
}
