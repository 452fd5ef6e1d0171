import type { CpuStats, NetworkStats, Stats } from '../../protocol/engine-api.ts';
import { noBlkioStats } from './zero.ts';

/**
 * The kernel's texts as Docker's numbers, on cgroup v2. A file that is not there counts nothing.
 * https://github.com/moby/moby/blob/v28.5.2/daemon/stats_unix.go (statsV2)
 */

/** The largest number of 64 bits that a double holds; Docker's word for no limit is the largest of all. */
const noLimit = 2 ** 64 - 2048;

/** What is known of the machine's processors: /proc/stat and /proc/uptime. */
export interface MachineTexts {
  readonly stat: string;
  readonly uptime: string;
}

/** `cpu.stat`, in microseconds, beside what the machine has had. The share of its one processor is the whole. */
export function cpuStats(cpuStat: string, machine: MachineTexts): CpuStats {
  const count = keyed(cpuStat);
  const microseconds = (name: string) => (count.get(name) ?? 0) * 1000;
  return {
    cpu_usage: {
      total_usage: microseconds('usage_usec'),
      percpu_usage: [microseconds('usage_usec')],
      usage_in_kernelmode: microseconds('system_usec'),
      usage_in_usermode: microseconds('user_usec'),
    },
    ...machineCpu(machine),
    throttling_data: {
      periods: count.get('nr_periods') ?? 0,
      throttled_periods: count.get('nr_throttled') ?? 0,
      throttled_time: microseconds('throttled_usec'),
    },
  };
}

/**
 * All the time that the machine's processors have had, and their number. Docker adds up the ticks of /proc/stat, which
 * are lost while the browser has no time for the machine; the clock is not.
 */
function machineCpu({ stat, uptime }: MachineTexts): { system_cpu_usage: number; online_cpus: number } {
  const online_cpus = stat.match(/^cpu\d/gm)?.length ?? 0;
  return { system_cpu_usage: Math.round(Number.parseFloat(uptime) * online_cpus * 1e9), online_cpus };
}

/** The fields of `memory.stat` that Docker passes on; one that this kernel does not have is 0. */
const memoryFields = [
  'active_anon',
  'active_file',
  'anon',
  'anon_thp',
  'file',
  'file_dirty',
  'file_mapped',
  'file_writeback',
  'inactive_anon',
  'inactive_file',
  'kernel_stack',
  'pgactivate',
  'pgdeactivate',
  'pgfault',
  'pglazyfree',
  'pglazyfreed',
  'pgmajfault',
  'pgrefill',
  'pgscan',
  'pgsteal',
  'shmem',
  'slab',
  'slab_reclaimable',
  'slab_unreclaimable',
  'sock',
  'thp_collapse_alloc',
  'thp_fault_alloc',
  'unevictable',
  'workingset_activate',
  'workingset_nodereclaim',
  'workingset_refault',
];

export interface MemoryTexts {
  readonly current: string;
  readonly max: string;
  readonly stat: string;
  readonly events: string;
}

/** A container without a limit has the machine's memory for one. */
export function memoryStats(texts: MemoryTexts, machineMemory: number): Stats['memory_stats'] {
  const count = keyed(texts.stat);
  const failcnt = keyed(texts.events).get('oom') ?? 0;
  return {
    usage: number(texts.current),
    stats: Object.fromEntries(memoryFields.map((name) => [name, count.get(name) ?? 0])),
    ...(failcnt > 0 && { failcnt }),
    limit: Math.min(number(texts.max), machineMemory),
  };
}

export function pidsStats(current: string, max: string): Stats['pids_stats'] {
  return { current: number(current), limit: number(max) };
}

/** Lines like `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0`. */
export function blkioStats(ioStat: string): Stats['blkio_stats'] {
  const entries = [...ioStat.matchAll(/^(\d+):(\d+) (.*)$/gm)].flatMap(([, major, minor, rest = '']) => {
    const device = { major: Number(major), minor: Number(minor) };
    const bytes = (name: string) => Number(new RegExp(`\\b${name}=(\\d+)`).exec(rest)?.[1] ?? 0);
    return [
      { ...device, op: 'read', value: bytes('rbytes') },
      { ...device, op: 'write', value: bytes('wbytes') },
    ];
  });
  return { ...noBlkioStats, io_service_bytes_recursive: entries.length > 0 ? entries : null };
}

/** `/proc/PID/net/dev` without the loopback, which is none of Docker's; undefined when nothing is left. */
export function networkStats(dev: string): Record<string, NetworkStats> | undefined {
  const found = [...dev.matchAll(/^ *([^\s:|]+): *(\d.*)$/gm)]
    .filter(([, name]) => name !== 'lo')
    .map(([, name = '', counts = '']) => [name, interfaceStats(counts.trim().split(/\s+/).map(Number))]);
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/** Bytes, packets, errors, drops and four more for what was received, then the same for what was sent. */
function interfaceStats(counts: readonly number[]): NetworkStats {
  const at = (index: number) => counts[index] ?? 0;
  return {
    rx_bytes: at(0),
    rx_packets: at(1),
    rx_errors: at(2),
    rx_dropped: at(3),
    tx_bytes: at(8),
    tx_packets: at(9),
    tx_errors: at(10),
    tx_dropped: at(11),
  };
}

function keyed(text: string): Map<string, number> {
  return new Map([...text.matchAll(/^(\S+) (\d+)$/gm)].map(([, name = '', value]) => [name, Number(value)]));
}

function number(text: string): number {
  return text.trim() === 'max' ? noLimit : Number(text);
}
