import type { HostConfig } from '../../protocol/engine-api.ts';
import { cleanPath } from '../volumes/mountconfig.ts';

/** Those that Docker leaves out of an answer when they are empty. */
type Optional =
  | 'Annotations'
  | 'Init'
  | 'KernelMemory'
  | 'KernelMemoryTCP'
  | 'Mounts'
  | 'StorageOpt'
  | 'Sysctls'
  | 'Tmpfs';

type Always = Required<Omit<HostConfig, Optional | 'LogConfig' | 'RestartPolicy'>>;

/** A container's `HostConfig` as inspect shows it: the request, with Docker's defaults, in Docker's order. */
export interface FullHostConfig extends Always, Pick<HostConfig, Optional> {
  RestartPolicy: NonNullable<HostConfig['RestartPolicy']>;
  LogConfig: { Type: string; Config: Record<string, string> };
}

/** https://github.com/moby/moby/blob/v28.5.2/api/types/container/hostconfig.go */
const defaults: FullHostConfig = {
  Binds: null,
  ContainerIDFile: '',
  LogConfig: { Type: 'json-file', Config: {} },
  NetworkMode: 'bridge',
  PortBindings: {},
  RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
  AutoRemove: false,
  VolumeDriver: '',
  VolumesFrom: null,
  ConsoleSize: [0, 0],
  CapAdd: null,
  CapDrop: null,
  CgroupnsMode: 'private',
  Dns: [],
  DnsOptions: [],
  DnsSearch: [],
  ExtraHosts: null,
  GroupAdd: null,
  IpcMode: 'private',
  Cgroup: '',
  Links: null,
  OomScoreAdj: 0,
  PidMode: '',
  Privileged: false,
  PublishAllPorts: false,
  ReadonlyRootfs: false,
  SecurityOpt: null,
  UTSMode: '',
  UsernsMode: '',
  ShmSize: 64 * 1024 * 1024,
  Runtime: 'runc',
  Isolation: '',
  CpuShares: 0,
  Memory: 0,
  NanoCpus: 0,
  CgroupParent: '',
  BlkioWeight: 0,
  BlkioWeightDevice: [],
  BlkioDeviceReadBps: [],
  BlkioDeviceWriteBps: [],
  BlkioDeviceReadIOps: [],
  BlkioDeviceWriteIOps: [],
  CpuPeriod: 0,
  CpuQuota: 0,
  CpuRealtimePeriod: 0,
  CpuRealtimeRuntime: 0,
  CpusetCpus: '',
  CpusetMems: '',
  Devices: [],
  DeviceCgroupRules: null,
  DeviceRequests: null,
  MemoryReservation: 0,
  MemorySwap: 0,
  MemorySwappiness: null,
  OomKillDisable: null,
  PidsLimit: null,
  Ulimits: null,
  CpuCount: 0,
  CpuPercent: 0,
  IOMaximumIOps: 0,
  IOMaximumBandwidth: 0,
  MaskedPaths: null,
  ReadonlyPaths: null,
};

/** Docker's order of those that are not always there: each comes before the other. */
const optional: readonly (readonly [Optional, before: string])[] = [
  ['Annotations', 'CapAdd'],
  ['StorageOpt', 'UTSMode'],
  ['Tmpfs', 'UTSMode'],
  ['Sysctls', 'Runtime'],
  ['KernelMemory', 'MemoryReservation'],
  ['KernelMemoryTCP', 'MemoryReservation'],
  ['Mounts', 'MaskedPaths'],
];

const order: readonly string[] = [
  ...Object.keys(defaults).flatMap((key) => [
    ...optional.filter(([, before]) => before === key).map(([name]) => name),
    key,
  ]),
  'Init',
];

/**
 * Fills in what the request leaves open; what is no field of the API is left out, as Go's decoder does.
 * https://github.com/moby/moby/blob/v28.5.2/daemon/daemon_unix.go (adaptContainerSettings)
 */
export function fullHostConfig(request: HostConfig): FullHostConfig {
  const host = ordered({ ...structuredClone(defaults), ...given(request) });
  if (['', 'default'].includes(host.NetworkMode)) host.NetworkMode = defaults.NetworkMode;
  host.ShmSize ||= defaults.ShmSize;
  host.IpcMode ||= defaults.IpcMode;
  host.CgroupnsMode ||= defaults.CgroupnsMode;
  host.Runtime ||= defaults.Runtime;
  if (host.Memory > 0 && host.MemorySwap === 0) host.MemorySwap = host.Memory * 2;
  if ((host.PidsLimit ?? 0) <= 0) host.PidsLimit = null;
  const { Name, MaximumRetryCount } = host.RestartPolicy;
  host.RestartPolicy = { Name: Name || 'no', MaximumRetryCount: MaximumRetryCount ?? 0 };
  host.LogConfig = { Type: host.LogConfig.Type || 'json-file', Config: host.LogConfig.Config ?? {} };
  host.PortBindings = withAddresses(host.PortBindings);
  if (host.Tmpfs) host.Tmpfs = cleanKeys(host.Tmpfs);
  return host;
}

/** What the request says. A value that is empty is none for the optional fields. */
function given(request: HostConfig): Partial<FullHostConfig> {
  const optionals = new Set<string>(optional.map(([name]) => name));
  const said = Object.entries(request).filter(
    ([key, value]) => value !== undefined && value !== null && !(optionals.has(key) && isEmpty(value)),
  );
  return Object.fromEntries(said);
}

function isEmpty(value: unknown): boolean {
  return value === 0 || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

function ordered(host: FullHostConfig): FullHostConfig {
  const known = order.filter((key) => Object.hasOwn(host, key));
  return Object.fromEntries(
    known.map((key) => [key, host[key as keyof FullHostConfig]]),
  ) as unknown as FullHostConfig;
}

/** An address that is not said is empty, as Go writes it. */
function withAddresses(bindings: FullHostConfig['PortBindings']): FullHostConfig['PortBindings'] {
  return Object.fromEntries(
    Object.entries(bindings ?? {}).map(([port, places]) => [
      port,
      places?.map((place) => Object.assign({ HostIp: '', HostPort: '' }, place)) ?? null,
    ]),
  );
}

function cleanKeys(tmpfs: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tmpfs).map(([path, data]) => [cleanPath(path), data]));
}
