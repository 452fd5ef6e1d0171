import type { HostConfig } from '../../protocol/engine-api.ts';
import { cleanPath } from '../spec/bind.ts';

type Applied = Required<
  Omit<
    HostConfig,
    | 'RestartPolicy'
    | 'LogConfig'
    | 'Annotations'
    | 'Mounts'
    | 'StorageOpt'
    | 'KernelMemory'
    | 'KernelMemoryTCP'
    | 'MaskedPaths'
    | 'ReadonlyPaths'
    | 'Tmpfs'
    | 'Sysctls'
  >
>;

/** A container's `HostConfig` with every field that has a meaning here, and its default. */
export interface FullHostConfig extends Applied {
  RestartPolicy: NonNullable<HostConfig['RestartPolicy']>;
  LogConfig: { Type: string; Config: Record<string, string> };
  Tmpfs: Record<string, string>;
  Sysctls: Record<string, string>;
}

const defaults: FullHostConfig = {
  Memory: 0,
  MemorySwap: 0,
  MemoryReservation: 0,
  NanoCpus: 0,
  CpuShares: 0,
  CpuPeriod: 0,
  CpuQuota: 0,
  PidsLimit: null,
  AutoRemove: false,
  NetworkMode: 'bridge',
  ReadonlyRootfs: false,
  Tmpfs: {},
  CapAdd: null,
  CapDrop: null,
  Privileged: false,
  Init: null,
  ShmSize: 64 * 1024 * 1024,
  GroupAdd: null,
  SecurityOpt: null,
  Ulimits: null,
  OomScoreAdj: 0,
  OomKillDisable: null,
  ExtraHosts: null,
  Dns: [],
  DnsSearch: [],
  DnsOptions: [],
  Sysctls: {},
  RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
  LogConfig: { Type: 'json-file', Config: {} },
  Binds: null,
  PortBindings: {},
  PublishAllPorts: false,
  ConsoleSize: [0, 0],
  ContainerIDFile: '',
  VolumeDriver: '',
  VolumesFrom: null,
  CgroupnsMode: 'private',
  IpcMode: 'private',
  Cgroup: '',
  Links: null,
  PidMode: '',
  UTSMode: '',
  UsernsMode: '',
  Runtime: 'runc',
  Isolation: '',
  CgroupParent: '',
  BlkioWeight: 0,
  BlkioWeightDevice: [],
  BlkioDeviceReadBps: [],
  BlkioDeviceWriteBps: [],
  BlkioDeviceReadIOps: [],
  BlkioDeviceWriteIOps: [],
  CpuRealtimePeriod: 0,
  CpuRealtimeRuntime: 0,
  CpusetCpus: '',
  CpusetMems: '',
  Devices: [],
  DeviceCgroupRules: null,
  DeviceRequests: null,
  MemorySwappiness: null,
  CpuCount: 0,
  CpuPercent: 0,
  IOMaximumIOps: 0,
  IOMaximumBandwidth: 0,
};

const applied: ReadonlySet<string> = new Set([
  'Memory',
  'MemorySwap',
  'MemoryReservation',
  'NanoCpus',
  'CpuShares',
  'CpuPeriod',
  'CpuQuota',
  'PidsLimit',
  'AutoRemove',
  'NetworkMode',
  'ReadonlyRootfs',
  'Tmpfs',
  'CapAdd',
  'CapDrop',
  'Privileged',
  'Init',
  'ShmSize',
  'GroupAdd',
  'SecurityOpt',
  'Ulimits',
  'OomScoreAdj',
  'OomKillDisable',
  'ExtraHosts',
  'Dns',
  'DnsSearch',
  'DnsOptions',
  'Sysctls',
  'RestartPolicy',
  'LogConfig',
  'Binds',
  'PortBindings',
  'PublishAllPorts',
  'ConsoleSize',
]);

/** Fills in what the request leaves open. Fields that nobody here knows are gone: they were refused before. */
export function fullHostConfig(request: HostConfig): FullHostConfig {
  const given = Object.entries(request).filter(
    ([key, value]) => isKnownHostConfigField(key) && value !== undefined && value !== null,
  );
  const host: FullHostConfig = {
    ...structuredClone(defaults),
    ...(Object.fromEntries(given) as Partial<FullHostConfig>),
  };
  host.NetworkMode = ['', 'default'].includes(host.NetworkMode) ? 'bridge' : host.NetworkMode;
  host.ShmSize ||= defaults.ShmSize;
  host.MemorySwap = host.Memory > 0 && host.MemorySwap === 0 ? host.Memory * 2 : host.MemorySwap;
  host.RestartPolicy = {
    Name: host.RestartPolicy.Name || 'no',
    MaximumRetryCount: host.RestartPolicy.MaximumRetryCount ?? 0,
  };
  host.LogConfig = { Type: host.LogConfig.Type || 'json-file', Config: host.LogConfig.Config ?? {} };
  host.Tmpfs = Object.fromEntries(Object.entries(host.Tmpfs).map(([path, data]) => [cleanPath(path), data]));
  // cgroup v2 has no such switch, so Docker clears it with a warning.
  host.OomKillDisable = null;
  return host;
}

/** Whether the field is one that this engine applies. */
export function isKnownHostConfigField(key: string): boolean {
  return applied.has(key);
}
