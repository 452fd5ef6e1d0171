import type { Resources } from '../../../worker/protocol/agent.ts';
import { check, errno } from '../kernel/errors.ts';
import { control, flags, mkdir, open, readFileIfAny } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';
import { signal } from '../kernel/signals.ts';
import { cgroupPath, paths } from './paths.ts';

const controllers = '+cpu +memory +pids +io';

/** Once after boot: the hierarchy that containers' cgroups are made in. */
export function prepareCgroups(): void {
  control('/sys/fs/cgroup/cgroup.subtree_control', controllers);
  mkdir(paths.cgroups);
  control(`${paths.cgroups}/cgroup.subtree_control`, controllers);
}

/** A container's cgroup with its limits. @returns a descriptor of its directory, to be closed by the caller. */
export function createCgroup(id: string, resources: Resources): number {
  const path = cgroupPath(id);
  mkdir(path);
  limit(id, resources);
  return open(path, flags.O_RDONLY | flags.O_DIRECTORY);
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
  return out;
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

/** @returns whether it is gone; not while processes that were killed have not ended. */
export function removeCgroup(id: string): boolean {
  const result = syscall(nr.rmdir, cgroupPath(id));
  if (result === -errno.EBUSY) return false;
  if (result === -errno.ENOENT) return true;
  check('remove cgroup', result);
  return true;
}
