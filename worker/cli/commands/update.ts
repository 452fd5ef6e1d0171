import type { UpdateConfig } from '../../protocol/engine-api.ts';
import { atLeast, command } from '../command-spec.ts';
import { inTurn } from '../each.ts';
import { StatusError } from '../errors.ts';
import { bytes, swapBytes } from '../flags/bytes.ts';
import { cpus } from '../flags/cpus.ts';
import type { FlagValues } from '../flags/flag.ts';
import { integer, string } from '../flags/kinds.ts';
import { readRestartPolicy } from '../options/restart-policy.ts';

const flags = {
  'blkio-weight': integer('Block IO (relative weight), between 10 and 1000, or 0 to disable', {
    type: 'uint16',
    min: 0,
    defaultText: '0',
  }),
  'cpu-period': integer('Limit CPU CFS (Completely Fair Scheduler) period'),
  'cpu-quota': integer('Limit CPU CFS (Completely Fair Scheduler) quota'),
  'cpu-rt-period': integer('Limit the CPU real-time period in microseconds'),
  'cpu-rt-runtime': integer('Limit the CPU real-time runtime in microseconds'),
  'cpu-shares': integer('CPU shares (relative weight)', { short: 'c' }),
  cpus: cpus('Number of CPUs'),
  'cpuset-cpus': string('CPUs in which to allow execution (0-3, 0,1)'),
  'cpuset-mems': string('MEMs in which to allow execution (0-3, 0,1)'),
  'kernel-memory': bytes('Kernel memory limit (deprecated)', { hidden: true }),
  memory: bytes('Memory limit', { short: 'm' }),
  'memory-reservation': bytes('Memory soft limit'),
  'memory-swap': swapBytes('Swap limit equal to memory plus swap: -1 to enable unlimited swap'),
  'pids-limit': integer('Tune container pids limit (set -1 for unlimited)'),
  restart: string('Restart policy to apply when a container exits'),
};

export const update = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Update configuration of one or more containers',
  args: atLeast(1),
  spellings: 'docker container update, docker update',
  flags,
  async run(call) {
    if (call.mentioned.size === 0)
      throw new StatusError(1, 'you must provide one or more flags when using this command');
    const config = updateConfig(call.values);
    const warnings: string[] = [];
    const work = async (name: string) => {
      const { Warnings } = await call.engine.containerUpdate(name, config);
      warnings.push(...(Warnings ?? []));
    };
    await inTurn(call, call.args, work, () => call.out.print(warnings.map((line) => `${line}\n`).join('')));
  },
});

function updateConfig(values: FlagValues<typeof flags>): UpdateConfig {
  const config: UpdateConfig = {
    BlkioWeight: values['blkio-weight'],
    CpuShares: values['cpu-shares'],
    CpuPeriod: values['cpu-period'],
    CpuQuota: values['cpu-quota'],
    CpuRealtimePeriod: values['cpu-rt-period'],
    CpuRealtimeRuntime: values['cpu-rt-runtime'],
    CpusetCpus: values['cpuset-cpus'],
    CpusetMems: values['cpuset-mems'],
    Memory: values.memory,
    MemoryReservation: values['memory-reservation'],
    MemorySwap: values['memory-swap'],
    KernelMemory: values['kernel-memory'],
    NanoCpus: values.cpus,
    PidsLimit: values['pids-limit'],
  };
  const said = Object.fromEntries(
    Object.entries(config).filter(([, value]) => Boolean(value)),
  ) as UpdateConfig;
  return values.restart === '' ? said : { ...said, RestartPolicy: readRestartPolicy(values.restart) };
}
