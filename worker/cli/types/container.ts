import {
  any,
  bool,
  int,
  int64,
  map,
  pointer,
  slice,
  string,
  struct,
  time,
  uint64,
} from '../template/types.ts';
import { driverData, descriptor, containerConfig } from './shared.ts';

const healthcheckResult = struct('container.HealthcheckResult', {
  Start: time,
  End: time,
  ExitCode: int,
  Output: string,
});

const health = struct('container.Health', {
  Status: string,
  FailingStreak: int,
  Log: slice(pointer(healthcheckResult)),
});

const state = struct('container.State', {
  Status: string,
  Running: bool,
  Paused: bool,
  Restarting: bool,
  OOMKilled: bool,
  Dead: bool,
  Pid: int,
  ExitCode: int,
  Error: string,
  StartedAt: string,
  FinishedAt: string,
  Health: [pointer(health), 'Health', 'omitempty'],
});

const logConfig = struct('container.LogConfig', {
  Type: string,
  Config: map(string),
});

const portBinding = struct('nat.PortBinding', {
  HostIP: [string, 'HostIp'],
  HostPort: string,
});

const restartPolicy = struct('container.RestartPolicy', {
  Name: string,
  MaximumRetryCount: int,
});

const weightDevice = struct('blkiodev.WeightDevice', {
  Path: string,
  Weight: uint64,
});

const throttleDevice = struct('blkiodev.ThrottleDevice', {
  Path: string,
  Rate: uint64,
});

const deviceMapping = struct('container.DeviceMapping', {
  PathOnHost: string,
  PathInContainer: string,
  CgroupPermissions: string,
});

const deviceRequest = struct('container.DeviceRequest', {
  Driver: string,
  Count: int,
  DeviceIDs: slice(string),
  Capabilities: slice(slice(string)),
  Options: map(string),
});

const ulimit = struct('units.Ulimit', {
  Name: string,
  Hard: int64,
  Soft: int64,
});

const bindOptions = struct('mount.BindOptions', {
  Propagation: [string, 'Propagation', 'omitempty'],
  NonRecursive: [bool, 'NonRecursive', 'omitempty'],
  CreateMountpoint: [bool, 'CreateMountpoint', 'omitempty'],
  ReadOnlyNonRecursive: [bool, 'ReadOnlyNonRecursive', 'omitempty'],
  ReadOnlyForceRecursive: [bool, 'ReadOnlyForceRecursive', 'omitempty'],
});

const volumeDriver = struct('mount.Driver', {
  Name: [string, 'Name', 'omitempty'],
  Options: [map(string), 'Options', 'omitempty'],
});

const volumeOptions = struct('mount.VolumeOptions', {
  NoCopy: [bool, 'NoCopy', 'omitempty'],
  Labels: [map(string), 'Labels', 'omitempty'],
  Subpath: [string, 'Subpath', 'omitempty'],
  DriverConfig: [pointer(volumeDriver), 'DriverConfig', 'omitempty'],
});

const imageOptions = struct('mount.ImageOptions', {
  Subpath: [string, 'Subpath', 'omitempty'],
});

const tmpfsOptions = struct('mount.TmpfsOptions', {
  SizeBytes: [int64, 'SizeBytes', 'omitempty'],
  Mode: [uint64, 'Mode', 'omitempty'],
  Options: [slice(slice(string)), 'Options', 'omitempty'],
});

const mount = struct('mount.Mount', {
  Type: [string, 'Type', 'omitempty'],
  Source: [string, 'Source', 'omitempty'],
  Target: [string, 'Target', 'omitempty'],
  ReadOnly: [bool, 'ReadOnly', 'omitempty'],
  Consistency: [string, 'Consistency', 'omitempty'],
  BindOptions: [pointer(bindOptions), 'BindOptions', 'omitempty'],
  VolumeOptions: [pointer(volumeOptions), 'VolumeOptions', 'omitempty'],
  ImageOptions: [pointer(imageOptions), 'ImageOptions', 'omitempty'],
  TmpfsOptions: [pointer(tmpfsOptions), 'TmpfsOptions', 'omitempty'],
  ClusterOptions: [pointer(any), 'ClusterOptions', 'omitempty'],
});

const hostConfig = struct('container.HostConfig', {
  Binds: slice(string),
  ContainerIDFile: string,
  LogConfig: logConfig,
  NetworkMode: string,
  PortBindings: map(slice(portBinding)),
  RestartPolicy: restartPolicy,
  AutoRemove: bool,
  VolumeDriver: string,
  VolumesFrom: slice(string),
  ConsoleSize: slice(uint64),
  Annotations: [map(string), 'Annotations', 'omitempty'],
  CapAdd: slice(string),
  CapDrop: slice(string),
  CgroupnsMode: string,
  DNS: [slice(string), 'Dns'],
  DNSOptions: [slice(string), 'DnsOptions'],
  DNSSearch: [slice(string), 'DnsSearch'],
  ExtraHosts: slice(string),
  GroupAdd: slice(string),
  IpcMode: string,
  Cgroup: string,
  Links: slice(string),
  OomScoreAdj: int,
  PidMode: string,
  Privileged: bool,
  PublishAllPorts: bool,
  ReadonlyRootfs: bool,
  SecurityOpt: slice(string),
  StorageOpt: [map(string), 'StorageOpt', 'omitempty'],
  Tmpfs: [map(string), 'Tmpfs', 'omitempty'],
  UTSMode: string,
  UsernsMode: string,
  ShmSize: int64,
  Sysctls: [map(string), 'Sysctls', 'omitempty'],
  Runtime: [string, 'Runtime', 'omitempty'],
  Isolation: string,
  CPUShares: [int64, 'CpuShares'],
  Memory: int64,
  NanoCPUs: [int64, 'NanoCpus'],
  CgroupParent: string,
  BlkioWeight: uint64,
  BlkioWeightDevice: slice(pointer(weightDevice)),
  BlkioDeviceReadBps: slice(pointer(throttleDevice)),
  BlkioDeviceWriteBps: slice(pointer(throttleDevice)),
  BlkioDeviceReadIOps: slice(pointer(throttleDevice)),
  BlkioDeviceWriteIOps: slice(pointer(throttleDevice)),
  CPUPeriod: [int64, 'CpuPeriod'],
  CPUQuota: [int64, 'CpuQuota'],
  CPURealtimePeriod: [int64, 'CpuRealtimePeriod'],
  CPURealtimeRuntime: [int64, 'CpuRealtimeRuntime'],
  CpusetCpus: string,
  CpusetMems: string,
  Devices: slice(deviceMapping),
  DeviceCgroupRules: slice(string),
  DeviceRequests: slice(deviceRequest),
  KernelMemory: [int64, 'KernelMemory', 'omitempty'],
  KernelMemoryTCP: [int64, 'KernelMemoryTCP', 'omitempty'],
  MemoryReservation: int64,
  MemorySwap: int64,
  MemorySwappiness: pointer(int64),
  OomKillDisable: pointer(bool),
  PidsLimit: pointer(int64),
  Ulimits: slice(pointer(ulimit)),
  CPUCount: [int64, 'CpuCount'],
  CPUPercent: [int64, 'CpuPercent'],
  IOMaximumIOps: uint64,
  IOMaximumBandwidth: uint64,
  Mounts: [slice(mount), 'Mounts', 'omitempty'],
  MaskedPaths: slice(string),
  ReadonlyPaths: slice(string),
  Init: [pointer(bool), 'Init', 'omitempty'],
});

const mountPoint = struct('container.MountPoint', {
  Type: [string, 'Type', 'omitempty'],
  Name: [string, 'Name', 'omitempty'],
  Source: string,
  Destination: string,
  Driver: [string, 'Driver', 'omitempty'],
  Mode: string,
  RW: bool,
  Propagation: string,
});

const address = struct('network.Address', {
  Addr: string,
  PrefixLen: int,
});

const endpointIPAMConfig = struct('network.EndpointIPAMConfig', {
  IPv4Address: [string, 'IPv4Address', 'omitempty'],
  IPv6Address: [string, 'IPv6Address', 'omitempty'],
  LinkLocalIPs: [slice(string), 'LinkLocalIPs', 'omitempty'],
});

const endpointSettings = struct('network.EndpointSettings', {
  IPAMConfig: pointer(endpointIPAMConfig),
  Links: slice(string),
  Aliases: slice(string),
  MacAddress: string,
  DriverOpts: map(string),
  GwPriority: int,
  NetworkID: string,
  EndpointID: string,
  Gateway: string,
  IPAddress: string,
  IPPrefixLen: int,
  IPv6Gateway: string,
  GlobalIPv6Address: string,
  GlobalIPv6PrefixLen: int,
  DNSNames: slice(string),
});

const networkSettings = struct('container.NetworkSettings', {
  Bridge: string,
  SandboxID: string,
  SandboxKey: string,
  Ports: map(slice(portBinding)),
  HairpinMode: bool,
  LinkLocalIPv6Address: string,
  LinkLocalIPv6PrefixLen: int,
  SecondaryIPAddresses: slice(address),
  SecondaryIPv6Addresses: slice(address),
  EndpointID: string,
  Gateway: string,
  GlobalIPv6Address: string,
  GlobalIPv6PrefixLen: int,
  IPAddress: string,
  IPPrefixLen: int,
  IPv6Gateway: string,
  MacAddress: string,
  Networks: map(pointer(endpointSettings)),
});

export const containerInspect = struct('container.InspectResponse', {
  ID: [string, 'Id'],
  Created: string,
  Path: string,
  Args: slice(string),
  State: pointer(state),
  Image: string,
  ResolvConfPath: string,
  HostnamePath: string,
  HostsPath: string,
  LogPath: string,
  Name: string,
  RestartCount: int,
  Driver: string,
  Platform: string,
  MountLabel: string,
  ProcessLabel: string,
  AppArmorProfile: string,
  ExecIDs: slice(string),
  HostConfig: pointer(hostConfig),
  GraphDriver: driverData,
  SizeRw: [pointer(int64), 'SizeRw', 'omitempty'],
  SizeRootFs: [pointer(int64), 'SizeRootFs', 'omitempty'],
  Mounts: slice(mountPoint),
  Config: pointer(containerConfig),
  NetworkSettings: pointer(networkSettings),
  ImageManifestDescriptor: [pointer(descriptor), 'ImageManifestDescriptor', 'omitempty'],
});
