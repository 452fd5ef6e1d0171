import type { Census } from '../../worker/protocol/agent.ts';
import { paths } from './container/paths.ts';
import { spareDescriptors } from './container/spare-network.ts';
import { exists, list, readFile, readFileIfAny } from './kernel/files.ts';

/** Counts what the guest holds. */
export function takeCensus(): Census {
  const memory = readFile('/proc/meminfo');
  return {
    mounts: readFile('/proc/self/mounts').split('\n').length - 1,
    cgroups: Number(/^nr_descendants (\d+)$/m.exec(readFile('/sys/fs/cgroup/cgroup.stat'))?.[1] ?? 0),
    processes: list('/proc').filter((name) => /^\d+$/.test(name) && !isKernelThread(name)).length,
    openFiles: list('/proc/self/fd').length - spareDescriptors(),
    memoryTotal: kilobytes(memory, 'MemTotal'),
    memoryAvailable: kilobytes(memory, 'MemAvailable'),
    snapshots: exists(`${paths.data}/overlay2`) ? list(`${paths.data}/overlay2`).length : 0,
  };
}

/** Kernel threads are children of kthreadd, which is 2; they come and go as the kernel likes. */
function isKernelThread(pid: string): boolean {
  const stat = readFileIfAny(`/proc/${pid}/stat`) ?? '';
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return pid === '2' || parent === '2';
}

function kilobytes(meminfo: string, name: string): number {
  return Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(meminfo)?.[1] ?? 0) * 1024;
}
