import type { HostConfig, ImageBuildOptions } from '../protocol/engine-api.ts';

/** How RUN's containers are run. */
export function hostConfig(options: Omit<ImageBuildOptions, 'remote'>): HostConfig {
  const { memory, memorySwap, cpuShares, cpuPeriod, cpuQuota, cpusetCpus, cpusetMems } = options;
  const limits = {
    Memory: memory,
    MemorySwap: memorySwap,
    CpuShares: cpuShares,
    CpuPeriod: cpuPeriod,
    CpuQuota: cpuQuota,
    CpusetCpus: cpusetCpus,
    CpusetMems: cpusetMems,
    CgroupParent: options.cgroupParent,
    Ulimits: options.ulimits,
    ShmSize: options.shmSize,
    ExtraHosts: options.extraHosts,
  };
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  const network = options.networkMode ?? '';
  return {
    ...Object.fromEntries(given),
    NetworkMode: network === '' || network === 'default' ? 'bridge' : network,
    LogConfig: { Type: 'none', Config: null },
  };
}
