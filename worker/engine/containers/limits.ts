import type { Resources } from '../../protocol/engine-api.ts';
import { invalid } from '../errors.ts';
import { parseNumberList } from './numberlist.ts';

const minimumMemory = 6 * 1024 * 1024;
const cpus = 1;
/** The CPUs and memory nodes of the machine. */
const available = '0';

/** What is left of the limits, and what is said of those that this machine has nothing for. */
export interface Verified<T> {
  readonly limits: T;
  readonly warnings: string[];
}

/** Fields that cgroup v2 and this kernel have nothing for, and what Docker says of them. */
const unsupported: readonly (readonly [
  keyof Resources,
  wanted: (value: never) => boolean,
  none: unknown,
  text: string,
])[] = [
  [
    'MemorySwappiness',
    (value: number) => value !== -1,
    null,
    'Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.',
  ],
  [
    'OomKillDisable',
    (value: boolean) => value,
    null,
    'Your kernel does not support OomKillDisable. OomKillDisable discarded.',
  ],
  [
    'KernelMemoryTCP',
    (value: number) => value !== 0,
    0,
    'Your kernel does not support kernel memory TCP limit capabilities or the cgroup is not mounted. Limitation discarded.',
  ],
  ['CpuPercent', (value: number) => value > 0, 0, 'linux does not support CPU percent. Percent discarded.'],
  ['CpuCount', (value: number) => value > 0, 0, 'linux does not support CPU count. Count discarded.'],
  [
    'BlkioWeight',
    (value: number) => value > 0,
    0,
    'Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.',
  ],
  [
    'BlkioWeightDevice',
    (value: object[]) => value.length > 0,
    [],
    'Your kernel does not support Block I/O weight_device or the cgroup is not mounted. Weight-device discarded.',
  ],
];

/** https://github.com/moby/moby/blob/v28.5.2/daemon/daemon_unix.go (verifyPlatformContainerResources) */
export function verifyResources<T extends Resources>(given: T, update: boolean): Verified<T> {
  const limits: T = { ...given };
  // The API has it no more since 1.42, and Docker then sees nothing of it.
  if (limits.KernelMemory) limits.KernelMemory = 0;
  for (const [broken, text] of rules(limits, update)) if (broken) throw invalid(text);
  const warnings: string[] = [];
  for (const [field, wanted, none, text] of unsupported) {
    const value = limits[field];
    if (value === undefined || value === null) continue;
    if (wanted(value as never)) warnings.push(text);
    Object.assign(limits, { [field]: none });
  }
  return { limits, warnings };
}

type Rule = readonly [broken: boolean, text: string];

function* rules(limits: Resources, update: boolean): Generator<Rule> {
  yield* memoryRules(limits, update);
  yield* cpuRules(limits);
  yield* setRules(limits);
  yield* otherRules(limits);
}

function memoryRules(limits: Resources, update: boolean): Rule[] {
  const { Memory = 0, MemorySwap = 0, MemoryReservation = 0 } = limits;
  const MemorySwappiness = limits.MemorySwappiness ?? -1;
  return [
    [Memory !== 0 && Memory < minimumMemory, 'Minimum memory limit allowed is 6MB'],
    [
      Memory > 0 && MemorySwap > 0 && MemorySwap < Memory,
      'Minimum memoryswap limit should be larger than memory limit, see usage',
    ],
    [
      Memory === 0 && MemorySwap > 0 && !update,
      'You should always set the Memory limit when using Memoryswap limit, see usage',
    ],
    [
      MemorySwappiness < -1 || MemorySwappiness > 100,
      `Invalid value: ${MemorySwappiness}, valid memory swappiness range is 0-100`,
    ],
    [MemoryReservation > 0 && MemoryReservation < minimumMemory, 'Minimum memory reservation allowed is 6MB'],
    [
      Memory > 0 && MemoryReservation > 0 && Memory < MemoryReservation,
      'Minimum memory limit can not be less than memory reservation limit, see usage',
    ],
  ];
}

function cpuRules({ NanoCpus = 0, CpuPeriod = 0, CpuQuota = 0 }: Resources): Rule[] {
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
  ];
}

function setRules({ CpusetCpus = '', CpusetMems = '' }: Resources): Rule[] {
  return [
    [
      !isAvailable(CpusetCpus, 'cpus'),
      `Requested CPUs are not available - requested ${CpusetCpus}, available: ${available}`,
    ],
    [
      !isAvailable(CpusetMems, 'mems'),
      `Requested memory nodes are not available - requested ${CpusetMems}, available: ${available}`,
    ],
  ];
}

/** A list of nothing but the one there is asks for what every container has. */
function isAvailable(list: string, kind: string): boolean {
  try {
    return parseNumberList(list).every((number) => number === Number(available));
  } catch (error) {
    throw invalid(`Invalid value ${list} for cpuset ${kind}: ${(error as Error).message}`);
  }
}

function otherRules({ IOMaximumBandwidth, IOMaximumIOps }: Resources): Rule[] {
  return [
    [
      Boolean(IOMaximumBandwidth) || Boolean(IOMaximumIOps),
      'Invalid QoS settings: linux does not support Maximum IO Bandwidth or Maximum IO IOps',
    ],
  ];
}
