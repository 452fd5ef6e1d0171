import type { HostConfig } from '../../protocol/engine-api.ts';
import { invalid } from '../errors.ts';

const minimumMemory = 6 * 1024 * 1024;
const cpus = 1;

/** https://github.com/moby/moby/blob/v28.5.2/daemon/daemon_unix.go (verifyPlatformContainerResources) */
export function validateResources(host: HostConfig): void {
  for (const [broken, text] of memoryRules(host)) if (broken) throw invalid(text);
  for (const [broken, text] of cpuRules(host)) if (broken) throw invalid(text);
}

function memoryRules({ Memory = 0, MemorySwap = 0, MemoryReservation = 0 }: HostConfig): [boolean, string][] {
  return [
    [Memory !== 0 && Memory < minimumMemory, 'Minimum memory limit allowed is 6MB'],
    [
      Memory > 0 && MemorySwap > 0 && MemorySwap < Memory,
      'Minimum memoryswap limit should be larger than memory limit, see usage',
    ],
    [
      Memory === 0 && MemorySwap > 0,
      'You should always set the Memory limit when using Memoryswap limit, see usage',
    ],
    [MemoryReservation > 0 && MemoryReservation < minimumMemory, 'Minimum memory reservation allowed is 6MB'],
    [
      Memory > 0 && MemoryReservation > 0 && Memory < MemoryReservation,
      'Minimum memory limit can not be less than memory reservation limit, see usage',
    ],
  ];
}

function cpuRules({
  NanoCpus = 0,
  CpuPeriod = 0,
  CpuQuota = 0,
  CpuShares = 0,
}: HostConfig): [boolean, string][] {
  return [
    [NanoCpus > 0 && CpuPeriod > 0, 'Conflicting options: Nano CPUs and CPU Period cannot both be set'],
    [NanoCpus > 0 && CpuQuota > 0, 'Conflicting options: Nano CPUs and CPU Quota cannot both be set'],
    [
      NanoCpus < 0 || NanoCpus > cpus * 1e9,
      `range of CPUs is from 0.01 to ${cpus}.00, as there are only ${cpus} CPUs available`,
    ],
    [
      CpuPeriod !== 0 && (CpuPeriod < 1000 || CpuPeriod > 1_000_000),
      'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)',
    ],
    [CpuQuota > 0 && CpuQuota < 1000, 'CPU cfs quota can not be less than 1ms (i.e. 1000)'],
    [CpuShares < 0, `invalid CPU shares (${CpuShares}): value must be a positive integer`],
  ];
}
