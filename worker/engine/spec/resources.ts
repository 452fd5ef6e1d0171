import type { HostConfig } from '../../protocol/engine-api.ts';
import type { Resources } from '../../protocol/agent.ts';

const defaultPeriod = 100_000;

/** The cgroup's limits. What is not limited is left out. */
export function resources(host: HostConfig): Resources {
  const io = throttles(host);
  return { ...memory(host), ...cpu(host), ...pids(host), ...(io.length > 0 && { io }) };
}

/** One entry a device and kind of limit, which the kernel adds up. */
function throttles(host: HostConfig): NonNullable<Resources['io']> {
  const kinds = [
    ['rbps', host.BlkioDeviceReadBps],
    ['wbps', host.BlkioDeviceWriteBps],
    ['riops', host.BlkioDeviceReadIOps],
    ['wiops', host.BlkioDeviceWriteIOps],
  ] as const;
  return kinds.flatMap(([kind, limits]) =>
    (limits ?? []).map(({ Path, Rate }) => ({ path: Path, [kind]: Rate })),
  );
}

/** cgroup v2 counts swap by itself, Docker's MemorySwap is memory and swap. */
function memory({ Memory = 0, MemorySwap = 0, MemoryReservation = 0 }: HostConfig): Resources {
  return {
    ...(Memory > 0 && { memory: Memory }),
    ...(Memory > 0 && MemorySwap > 0 && { swap: MemorySwap - Memory }),
    ...(MemoryReservation > 0 && { memoryReservation: MemoryReservation }),
  };
}

function cpu({ NanoCpus = 0, CpuPeriod = 0, CpuQuota = 0, CpuShares = 0 }: HostConfig): Resources {
  const quota = NanoCpus > 0 ? Math.trunc((NanoCpus * defaultPeriod) / 1e9) : CpuQuota;
  const period = NanoCpus > 0 ? defaultPeriod : CpuPeriod;
  return {
    ...(quota !== 0 && { cpuQuota: quota }),
    ...(period !== 0 && { cpuPeriod: period }),
    ...(CpuShares > 0 && { cpuWeight: cpuWeight(CpuShares) }),
  };
}

/** As runc turns 2..262144 into 1..10000. https://github.com/opencontainers/cgroups/blob/v0.0.1/utils.go */
function cpuWeight(shares: number): number {
  const clamped = Math.min(Math.max(shares, 2), 262_144);
  return 1 + Math.trunc(((clamped - 2) * 9999) / 262_142);
}

/** Zero and less mean unlimited, which a new cgroup is. */
function pids({ PidsLimit }: HostConfig): Resources {
  return PidsLimit && PidsLimit > 0 ? { pids: PidsLimit } : {};
}
