import type { Resources } from '../../../worker/protocol/agent.ts';
import { errno, RequestError } from '../kernel/errors.ts';
import {
  control,
  fileType,
  flags,
  lastDevice,
  list,
  mkdir,
  modeOf,
  open,
  readFileIfAny,
} from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';
import { signal } from '../kernel/signals.ts';
import { cgroupPath, paths, setCgroupParent } from './paths.ts';

const root = '/sys/fs/cgroup';
const controllers = '+cpu +memory +pids +io';

/** Once after boot: the hierarchy that containers' cgroups are made in. */
export function prepareCgroups(): void {
  control(`${root}/cgroup.subtree_control`, controllers);
  mkdir(paths.cgroups);
  control(`${paths.cgroups}/cgroup.subtree_control`, controllers);
}

/** A container's cgroup with its limits. @returns a descriptor of its directory, to be closed by the caller. */
export function createCgroup(id: string, resources: Resources, parent?: string): number {
  setCgroupParent(id, parent === undefined ? undefined : makeParents(parent));
  const path = cgroupPath(id);
  mkdir(path);
  try {
    limit(id, resources);
    return open(path, flags.O_RDONLY | flags.O_DIRECTORY);
  } catch (error) {
    removeCgroup(id);
    throw error;
  }
}

/** Each with its controllers, since a cgroup has those that its parent hands on. `..` stops at the root. */
function makeParents(parent: string): string {
  const parts: string[] = [];
  for (const part of parent.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  let path: string = root;
  for (const part of parts) {
    path += `/${part}`;
    if (modeOf(path) < 0) mkdir(path);
    control(`${path}/cgroup.subtree_control`, controllers);
  }
  return path;
}

/** Sets the limits that are given and leaves the others. */
export function limit(id: string, resources: Resources): void {
  const path = cgroupPath(id);
  for (const [file, value] of limits(resources)) control(`${path}/${file}`, value);
}

function limits(r: Resources): [file: string, value: string][] {
  const out: [string, string][] = [];
  const add = (file: string, value: number | undefined): void => {
    if (value !== undefined) out.push([file, value < 0 ? 'max' : String(value)]);
  };
  add('memory.max', r.memory);
  add('memory.swap.max', r.swap);
  add('memory.low', r.memoryReservation);
  add('cpu.weight', r.cpuWeight);
  add('pids.max', r.pids);
  if (r.cpuQuota !== undefined || r.cpuPeriod !== undefined) out.push(['cpu.max', cpuMax(r)]);
  for (const entry of r.io ?? []) out.push(['io.max', ioMax(entry)]);
  return out;
}

function ioMax({ path, ...rates }: NonNullable<Resources['io']>[number]): string {
  if (modeOf(path) < 0) throw new RequestError('ENOENT', 'spec', `stat ${path}: no such file or directory`);
  const { major, minor } = splitDevice(lastDevice());
  return `${major}:${minor} ${Object.entries(rates)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')}`;
}

/** The lower 32 bits of a dev_t, as user space has it. */
export function splitDevice(device: number): { major: number; minor: number } {
  return { major: (device >> 8) & 0xfff, minor: (device & 0xff) | ((device >>> 12) & 0xfff00) };
}

function cpuMax(r: Resources): string {
  const quota = r.cpuQuota === undefined || r.cpuQuota <= 0 ? 'max' : String(r.cpuQuota);
  return `${quota} ${r.cpuPeriod ?? 100_000}`;
}

export function freeze(id: string, frozen: boolean): void {
  control(`${cgroupPath(id)}/cgroup.freeze`, frozen ? '1' : '0');
}

/** Kills every process in it, frozen or not. */
export function killAll(id: string): void {
  control(`${cgroupPath(id)}/cgroup.kill`, '1');
}

export function processesIn(id: string): number[] {
  const text = readFileIfAny(`${cgroupPath(id)}/cgroup.procs`) ?? '';
  return text.split('\n').filter(Boolean).map(Number);
}

export function sendToAll(id: string, number: number): void {
  if (number === signal.KILL) killAll(id);
  else for (const pid of processesIn(id)) syscall(nr.kill, pid, number);
}

/** Whether the out-of-memory killer has ended a process in it. */
export function oomKilled(id: string): boolean {
  const events = readFileIfAny(`${cgroupPath(id)}/memory.events`) ?? '';
  const count = /^oom_kill (\d+)$/m.exec(events)?.[1] ?? '0';
  return count !== '0';
}

/**
 * Removes a container's cgroup with those that the container has made in it. Whoever is in one still, which is only with
 * a process namespace that is not the container's own, is killed first. What cannot be removed within a second stays.
 */
export function removeCgroup(id: string): void {
  const path = cgroupPath(id);
  if (syscall(nr.rmdir, path) === -errno.EBUSY) {
    killAll(id);
    for (let tries = 0; tries < 1000 && !removeTree(path); tries++)
      syscall(nr.nanosleep, oneMillisecond, null);
  }
  setCgroupParent(id);
}

/** @returns whether it is gone, which it is not while there are processes in it */
function removeTree(path: string): boolean {
  for (const name of list(path)) {
    const mode = modeOf(`${path}/${name}`);
    if (mode >= 0 && (mode & fileType.mask) === fileType.directory) removeTree(`${path}/${name}`);
  }
  return syscall(nr.rmdir, path) !== -errno.EBUSY;
}

const oneMillisecond = new Int32Array([0, 1_000_000]);
