import type { CpuStats, Stats } from '../../protocol/engine-api.ts';
import type { Container } from '../containers/container.ts';
import { never } from '../time.ts';

export const noCpuStats: CpuStats = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
};

/** What cgroup v2 does not count, in Docker's order; the first of them it does. */
export const noBlkioStats: Stats['blkio_stats'] = {
  io_service_bytes_recursive: null,
  io_serviced_recursive: null,
  io_queue_recursive: null,
  io_service_time_recursive: null,
  io_wait_time_recursive: null,
  io_merged_recursive: null,
  io_time_recursive: null,
  sectors_recursive: null,
};

/** What Docker says of a container that does not run. */
export function zeroStats({ id, name }: Container): Stats {
  return {
    name: `/${name}`,
    id,
    read: never,
    preread: never,
    pids_stats: {},
    blkio_stats: noBlkioStats,
    num_procs: 0,
    storage_stats: {},
    cpu_stats: noCpuStats,
    precpu_stats: noCpuStats,
    memory_stats: {},
  };
}
