import type { Census } from '../../worker/protocol/agent.ts';
import { paths } from './container/paths.ts';
import { exists, list, readFile } from './kernel/files.ts';

/** Counts what the guest holds. */
export function takeCensus(): Census {
  const memory = readFile('/proc/meminfo');
  return {
    mounts: readFile('/proc/self/mounts').split('\n').length - 1,
    cgroups: Number(/^nr_descendants (\d+)$/m.exec(readFile('/sys/fs/cgroup/cgroup.stat'))?.[1] ?? 0),
    processes: list('/proc').filter((name) => /^\d+$/.test(name)).length,
    openFiles: list('/proc/self/fd').length,
    memoryTotal: kilobytes(memory, 'MemTotal'),
    memoryAvailable: kilobytes(memory, 'MemAvailable'),
    snapshots: exists(`${paths.data}/overlay2`) ? list(`${paths.data}/overlay2`).length : 0,
  };
}

function kilobytes(meminfo: string, name: string): number {
  return Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(meminfo)?.[1] ?? 0) * 1024;
}
