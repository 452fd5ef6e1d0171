import type { ContainerConfig, CreateConfig, HostConfig, Resources } from '../../protocol/engine-api.ts';
import {
  bool,
  duration,
  fileMode,
  int,
  int64,
  list,
  map,
  named,
  nothing,
  pointer,
  type Schema,
  string,
  struct,
  uint16,
  uint64,
  uintPair,
  words,
} from '../json/schema.ts';
import { endpointSettings } from './network.ts';

/** A schema for every field of a contract, and no other. */
type FieldsOf<T> = Readonly<Record<keyof T, Schema>>;

const strings = map(string);
const portSet = map(nothing, 'nat.PortSet');

const healthcheck = struct('container.HealthConfig', {
  Test: list(string),
  Interval: duration,
  Timeout: duration,
  StartPeriod: duration,
  StartInterval: duration,
  Retries: int,
});

const configFields: FieldsOf<ContainerConfig> = {
  Hostname: string,
  Domainname: string,
  User: string,
  AttachStdin: bool,
  AttachStdout: bool,
  AttachStderr: bool,
  ExposedPorts: portSet,
  Tty: bool,
  OpenStdin: bool,
  StdinOnce: bool,
  Env: list(string),
  Cmd: words,
  Healthcheck: healthcheck,
  ArgsEscaped: bool,
  Image: string,
  Volumes: map(nothing),
  WorkingDir: string,
  Entrypoint: words,
  NetworkDisabled: bool,
  MacAddress: string,
  OnBuild: list(string),
  Labels: strings,
  StopSignal: string,
  StopTimeout: int,
  Shell: words,
};

const throttle = list(
  struct('blkiodev.ThrottleDevice', { Path: string, Rate: uint64 }),
  '[]*blkiodev.ThrottleDevice',
);

const resourceFields: FieldsOf<Resources> = {
  CpuShares: int64,
  Memory: int64,
  NanoCpus: int64,
  CgroupParent: string,
  BlkioWeight: uint16,
  BlkioWeightDevice: list(
    struct('blkiodev.WeightDevice', { Path: string, Weight: uint16 }),
    '[]*blkiodev.WeightDevice',
  ),
  BlkioDeviceReadBps: throttle,
  BlkioDeviceWriteBps: throttle,
  BlkioDeviceReadIOps: throttle,
  BlkioDeviceWriteIOps: throttle,
  CpuPeriod: int64,
  CpuQuota: int64,
  CpuRealtimePeriod: int64,
  CpuRealtimeRuntime: int64,
  CpusetCpus: string,
  CpusetMems: string,
  Devices: list(
    struct('container.DeviceMapping', {
      PathOnHost: string,
      PathInContainer: string,
      CgroupPermissions: string,
    }),
  ),
  DeviceCgroupRules: list(string),
  DeviceRequests: list(
    struct('container.DeviceRequest', {
      Driver: string,
      Count: int,
      DeviceIDs: list(string),
      Capabilities: list(list(string)),
      Options: strings,
    }),
  ),
  KernelMemory: int64,
  KernelMemoryTCP: int64,
  MemoryReservation: int64,
  MemorySwap: int64,
  MemorySwappiness: int64,
  OomKillDisable: bool,
  PidsLimit: int64,
  Ulimits: list(struct('units.Ulimit', { Name: string, Soft: int64, Hard: int64 }), '[]*units.Ulimit'),
  CpuCount: int64,
  CpuPercent: int64,
  IOMaximumIOps: uint64,
  IOMaximumBandwidth: uint64,
};

const mount = struct('mount.Mount', {
  Type: named('mount.Type'),
  Source: string,
  Target: string,
  ReadOnly: bool,
  Consistency: named('mount.Consistency'),
  BindOptions: struct('mount.BindOptions', {
    Propagation: named('mount.Propagation'),
    NonRecursive: bool,
    CreateMountpoint: bool,
    ReadOnlyNonRecursive: bool,
    ReadOnlyForceRecursive: bool,
  }),
  VolumeOptions: struct('mount.VolumeOptions', {
    NoCopy: bool,
    Labels: strings,
    Subpath: string,
    DriverConfig: struct('mount.Driver', { Name: string, Options: strings }),
  }),
  ImageOptions: struct('mount.ImageOptions', { Subpath: string }),
  TmpfsOptions: struct('mount.TmpfsOptions', {
    SizeBytes: int64,
    Mode: fileMode,
    Options: list(list(string)),
  }),
});

const restartPolicy = struct('container.RestartPolicy', {
  Name: named('container.RestartPolicyMode'),
  MaximumRetryCount: int,
});

const hostFields: FieldsOf<HostConfig> = {
  ...resourceFields,
  Binds: list(string),
  ContainerIDFile: string,
  LogConfig: struct('container.LogConfig', { Type: string, Config: strings }),
  NetworkMode: named('container.NetworkMode'),
  PortBindings: map(list(struct('nat.PortBinding', { HostIp: string, HostPort: string })), 'nat.PortMap'),
  RestartPolicy: restartPolicy,
  AutoRemove: bool,
  VolumeDriver: string,
  VolumesFrom: list(string),
  Mounts: list(mount),
  ConsoleSize: uintPair,
  Annotations: strings,
  CapAdd: words,
  CapDrop: words,
  CgroupnsMode: named('container.CgroupnsMode'),
  Dns: list(string),
  DnsOptions: list(string),
  DnsSearch: list(string),
  ExtraHosts: list(string),
  GroupAdd: list(string),
  IpcMode: named('container.IpcMode'),
  Cgroup: named('container.CgroupSpec'),
  Links: list(string),
  OomScoreAdj: int,
  PidMode: named('container.PidMode'),
  Privileged: bool,
  PublishAllPorts: bool,
  ReadonlyRootfs: bool,
  SecurityOpt: list(string),
  StorageOpt: strings,
  Tmpfs: strings,
  UTSMode: named('container.UTSMode'),
  UsernsMode: named('container.UsernsMode'),
  ShmSize: int64,
  Sysctls: strings,
  Runtime: string,
  Isolation: named('container.Isolation'),
  MaskedPaths: list(string),
  ReadonlyPaths: list(string),
  Init: bool,
};

/** What commit may take in place of a container's config. */
export const containerConfig = struct('container.Config', configFields);

const createFields: FieldsOf<CreateConfig> = {
  ...configFields,
  HostConfig: struct('container.HostConfig', hostFields),
  NetworkingConfig: struct('network.NetworkingConfig', {
    EndpointsConfig: map(pointer(endpointSettings)),
  }),
};

export const createRequest = struct('container.CreateRequest', createFields);

export const updateConfig = struct('container.UpdateConfig', {
  ...resourceFields,
  RestartPolicy: restartPolicy,
});

const configNames = new Set(Object.keys(configFields).map((name) => name.toLowerCase()));

/** Whether a request to create has any field of the container's own configuration. */
export function isConfigured(document: object): boolean {
  return Object.keys(document).some((name) => configNames.has(name.toLowerCase()));
}
