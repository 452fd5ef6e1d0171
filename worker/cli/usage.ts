import type { Stats } from '../protocol/engine-api.ts';
import type { Usage } from './stats-listing.ts';

/** What one message of the engine's says, as Docker's client computes it. */
export function usageOf(stats: Stats): Usage {
  const [read, written] = blockBytes(stats);
  const networks = Object.values(stats.networks ?? {});
  return {
    cpu: cpuPercent(stats),
    memory: usedMemory(stats),
    memoryLimit: stats.memory_stats.limit ?? 0,
    received: sum(networks.map(({ rx_bytes }) => rx_bytes)),
    sent: sum(networks.map(({ tx_bytes }) => tx_bytes)),
    read,
    written,
    pids: stats.pids_stats.current ?? 0,
  };
}

/** The container's part of what all CPUs did between the two readings. */
function cpuPercent({ cpu_stats, precpu_stats }: Stats): number {
  const used = cpu_stats.cpu_usage.total_usage - precpu_stats.cpu_usage.total_usage;
  const passed = (cpu_stats.system_cpu_usage ?? 0) - (precpu_stats.system_cpu_usage ?? 0);
  return used > 0 && passed > 0 ? (used / passed) * (cpu_stats.online_cpus ?? 0) * 100 : 0;
}

/** Without the page cache that could be dropped. */
function usedMemory({ memory_stats: { usage = 0, stats = {} } }: Stats): number {
  const inactive = stats['total_inactive_file'] ?? stats['inactive_file'] ?? 0;
  return inactive < usage ? usage - inactive : usage;
}

function blockBytes({ blkio_stats }: Stats): [read: number, written: number] {
  const entries = blkio_stats['io_service_bytes_recursive'] ?? [];
  const of = (letter: string) =>
    sum(entries.filter(({ op }) => op.toLowerCase().startsWith(letter)).map(({ value }) => value));
  return [of('r'), of('w')];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
