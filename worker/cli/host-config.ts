import type { HostConfig, Mount } from '../protocol/engine-api.ts';
import type { FlagValues } from './flags/flag.ts';
import { cut, pair } from './flags/kinds.ts';
import { capabilityNames } from './options/capabilities.ts';
import { isQualifiedDevice, readDevice } from './options/device.ts';
import type { DeviceRequest } from './options/gpus.ts';
import { namespaceModes } from './options/modes.ts';
import type { MountOption } from './options/mount.ts';
import { readRestartPolicy } from './options/restart-policy.ts';
import { resolveDotted } from './path.ts';
import type { ContainerFlags } from './run-flags.ts';
import { securityOptions } from './security-opt.ts';
import type { ClientSession } from './session.ts';

type Values = FlagValues<ContainerFlags>;

/** Limits, privileges and surroundings of a container, as Docker's client sends them. @throws Error in its words */
export async function hostConfig(
  session: ClientSession,
  values: Values,
  mentioned: ReadonlySet<string>,
): Promise<HostConfig> {
  const swappiness = values['memory-swappiness'];
  if (swappiness < -1 || swappiness > 100) {
    throw new Error(`invalid value: ${swappiness}. Valid memory swappiness range is 0-100`);
  }
  const config = {
    ...namespaceModes(values),
    ...privileges(values),
    ...surroundings(values),
    ...limits(values),
    ...blockLimits(values),
    ...devices(values),
    ...lifecycle(values),
    ...(await securityOptions(session, values['security-opt'])),
    ...optional(session, values, mentioned),
  };
  if (values.rm && !['', 'no'].includes(config.RestartPolicy.Name)) {
    throw new Error('conflicting options: cannot specify both --restart and --rm');
  }
  return config;
}

function lifecycle(values: Values) {
  return {
    ContainerIDFile: values.cidfile,
    LogConfig: logConfig(values['log-driver'], values['log-opt']),
    RestartPolicy: readRestartPolicy(values.restart),
    AutoRemove: values.rm,
    ConsoleSize: [0, 0] as [number, number],
    Isolation: values.isolation,
  };
}

function privileges(values: Values): HostConfig {
  return {
    CapAdd: capabilityNames(values['cap-add']),
    CapDrop: capabilityNames(values['cap-drop']),
    GroupAdd: orNull(values['group-add']),
    Privileged: values.privileged,
    ReadonlyRootfs: values['read-only'],
    OomScoreAdj: values['oom-score-adj'],
  };
}

function surroundings(values: Values): HostConfig {
  return {
    NetworkMode: values.network[0]?.target ?? 'default',
    PublishAllPorts: values['publish-all'],
    VolumeDriver: values['volume-driver'],
    VolumesFrom: orNull(values['volumes-from']),
    Dns: [...values.dns],
    DnsOptions: [...values['dns-option']],
    DnsSearch: [...values['dns-search']],
    ExtraHosts: orNull(values['add-host']),
    Links: orNull(values.link),
    ShmSize: values['shm-size'],
  };
}

function limits(values: Values): HostConfig {
  return {
    CpuShares: values['cpu-shares'],
    Memory: values.memory,
    NanoCpus: values.cpus,
    CgroupParent: values['cgroup-parent'],
    CpuPeriod: values['cpu-period'],
    CpuQuota: values['cpu-quota'],
    CpuRealtimePeriod: values['cpu-rt-period'],
    CpuRealtimeRuntime: values['cpu-rt-runtime'],
    CpusetCpus: values['cpuset-cpus'],
    CpusetMems: values['cpuset-mems'],
    MemoryReservation: values['memory-reservation'],
    MemorySwap: values['memory-swap'],
    MemorySwappiness: values['memory-swappiness'],
    OomKillDisable: values['oom-kill-disable'],
    PidsLimit: values['pids-limit'],
    Ulimits: [...values.ulimit],
    CpuCount: 0,
    CpuPercent: 0,
  };
}

function blockLimits(values: Values): HostConfig {
  return {
    BlkioWeight: values['blkio-weight'],
    BlkioWeightDevice: [...values['blkio-weight-device']],
    BlkioDeviceReadBps: [...values['device-read-bps']],
    BlkioDeviceWriteBps: [...values['device-write-bps']],
    BlkioDeviceReadIOps: [...values['device-read-iops']],
    BlkioDeviceWriteIOps: [...values['device-write-iops']],
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
  };
}

function devices(values: Values): HostConfig {
  const qualified = values.device.filter(isQualifiedDevice);
  const requests: DeviceRequest[] = [...values.gpus];
  if (qualified.length > 0) {
    requests.push({ Driver: 'cdi', Count: 0, DeviceIDs: qualified, Capabilities: null, Options: null });
  }
  return {
    Devices: values.device.filter((text) => !isQualifiedDevice(text)).map(readDevice),
    DeviceCgroupRules: orNull(values['device-cgroup-rule']),
    DeviceRequests: requests.length > 0 ? requests : null,
  };
}

/** What is only sent when it was asked for. */
function optional(session: ClientSession, values: Values, mentioned: ReadonlySet<string>): HostConfig {
  const mounts = values.mount.map((option) => resolved(option, session.cwd));
  return {
    ...filled('Annotations', { ...values.annotation }),
    ...filled('StorageOpt', storageOptions(values['storage-opt'])),
    ...filled('Tmpfs', pairs(values.tmpfs, ':')),
    ...filled('Sysctls', { ...values.sysctl }),
    ...(mounts.length > 0 ? { Mounts: mounts } : {}),
    ...(values.runtime === '' ? {} : { Runtime: values.runtime }),
    ...(mentioned.has('init') ? { Init: values.init } : {}),
  };
}

function filled(name: keyof HostConfig, entries: Record<string, string>): HostConfig {
  return Object.keys(entries).length > 0 ? { [name]: entries } : {};
}

function resolved({ mount }: MountOption, directory: string): Mount {
  return mount.Source === undefined ? mount : { ...mount, Source: resolveDotted(mount.Source, directory) };
}

function logConfig(driver: string, options: readonly string[]): NonNullable<HostConfig['LogConfig']> {
  if (driver === 'none' && options.length > 0) throw new Error(`invalid logging opts for driver ${driver}`);
  return { Type: driver, Config: Object.assign({}, ...options.map(pair)) as Record<string, string> };
}

function storageOptions(options: readonly string[]): Record<string, string> {
  if (options.some((option) => !option.includes('='))) throw new Error('invalid storage option');
  return pairs(options, '=');
}

function pairs(texts: readonly string[], separator: string): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => cut(text, separator)).map(([key, rest]) => [key, rest ?? '']),
  );
}

function orNull(items: readonly string[]): string[] | null {
  return items.length > 0 ? [...items] : null;
}
