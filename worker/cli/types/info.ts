import { any, bool, int, int64, map, pointer, slice, specs, string, struct } from '../template/types.ts';
import { clientVersion } from './version.ts';

const pluginsInfo = struct('system.PluginsInfo', {
  Volume: slice(string),
  Network: slice(string),
  Authorization: slice(string),
  Log: slice(string),
});

const indexInfo = struct('registry.IndexInfo', {
  Name: string,
  Mirrors: slice(string),
  Secure: bool,
  Official: bool,
});

const serviceConfig = struct('registry.ServiceConfig', {
  AllowNondistributableArtifactsCIDRs: [slice(any), 'AllowNondistributableArtifactsCIDRs', 'omitempty'],
  AllowNondistributableArtifactsHostnames: [
    slice(string),
    'AllowNondistributableArtifactsHostnames',
    'omitempty',
  ],
  InsecureRegistryCIDRs: slice(any),
  IndexConfigs: map(pointer(indexInfo)),
  Mirrors: slice(string),
  ExtraFields: [map(any), '-'],
});

const runtimeWithStatus = struct('system.RuntimeWithStatus', {
  Path: [string, 'path', 'omitempty'],
  Args: [slice(string), 'runtimeArgs', 'omitempty'],
  Type: [string, 'runtimeType', 'omitempty'],
  Options: [map(any), 'options', 'omitempty'],
  Status: [map(string), 'status', 'omitempty'],
});

const swarmInfo = struct('swarm.Info', {
  NodeID: string,
  NodeAddr: string,
  LocalNodeState: string,
  ControlAvailable: bool,
  Error: string,
  RemoteManagers: slice(any),
  Nodes: [int, 'Nodes', 'omitempty'],
  Managers: [int, 'Managers', 'omitempty'],
  Cluster: [pointer(any), 'Cluster', 'omitempty'],
  Warnings: [slice(string), 'Warnings', 'omitempty'],
});

const commit = struct('system.Commit', {
  ID: string,
  Expected: [string, 'Expected', 'omitempty'],
});

const networkAddressPool = struct('system.NetworkAddressPool', {
  Base: string,
  Size: int,
});

const firewallInfo = struct('system.FirewallInfo', {
  Driver: string,
  Info: [slice(slice(string)), 'Info', 'omitempty'],
});

const deviceInfo = struct('system.DeviceInfo', {
  Source: string,
  ID: string,
});

const containerdNamespaces = struct('system.ContainerdNamespaces', {
  Containers: string,
  Plugins: string,
});

const containerdInfo = struct('system.ContainerdInfo', {
  Address: [string, 'Address', 'omitempty'],
  Namespaces: containerdNamespaces,
});

const serverFields = {
  ID: string,
  Containers: int,
  ContainersRunning: int,
  ContainersPaused: int,
  ContainersStopped: int,
  Images: int,
  Driver: string,
  DriverStatus: slice(slice(string)),
  SystemStatus: [slice(slice(string)), 'SystemStatus', 'omitempty'],
  Plugins: pluginsInfo,
  MemoryLimit: bool,
  SwapLimit: bool,
  KernelMemory: [bool, 'KernelMemory', 'omitempty'],
  KernelMemoryTCP: [bool, 'KernelMemoryTCP', 'omitempty'],
  CPUCfsPeriod: [bool, 'CpuCfsPeriod'],
  CPUCfsQuota: [bool, 'CpuCfsQuota'],
  CPUShares: bool,
  CPUSet: bool,
  PidsLimit: bool,
  IPv4Forwarding: bool,
  Debug: bool,
  NFd: int,
  OomKillDisable: bool,
  NGoroutines: int,
  SystemTime: string,
  LoggingDriver: string,
  CgroupDriver: string,
  CgroupVersion: [string, 'CgroupVersion', 'omitempty'],
  NEventsListener: int,
  KernelVersion: string,
  OperatingSystem: string,
  OSVersion: string,
  OSType: string,
  Architecture: string,
  IndexServerAddress: string,
  RegistryConfig: pointer(serviceConfig),
  NCPU: int,
  MemTotal: int64,
  GenericResources: slice(any),
  DockerRootDir: string,
  HTTPProxy: [string, 'HttpProxy'],
  HTTPSProxy: [string, 'HttpsProxy'],
  NoProxy: string,
  Name: string,
  Labels: slice(string),
  ExperimentalBuild: bool,
  ServerVersion: string,
  Runtimes: map(runtimeWithStatus),
  DefaultRuntime: string,
  Swarm: swarmInfo,
  LiveRestoreEnabled: bool,
  Isolation: string,
  InitBinary: string,
  ContainerdCommit: commit,
  RuncCommit: commit,
  InitCommit: commit,
  SecurityOptions: slice(string),
  ProductLicense: [string, 'ProductLicense', 'omitempty'],
  DefaultAddressPools: [slice(networkAddressPool), 'DefaultAddressPools', 'omitempty'],
  FirewallBackend: [pointer(firewallInfo), 'FirewallBackend', 'omitempty'],
  CDISpecDirs: slice(string),
  DiscoveredDevices: [slice(deviceInfo), 'DiscoveredDevices', 'omitempty'],
  Containerd: [pointer(containerdInfo), 'Containerd', 'omitempty'],
  Warnings: slice(string),
} as const;

const clientInfo = struct('system.clientInfo', {
  Debug: bool,
  ...specs(clientVersion),
  Plugins: slice(any),
  Warnings: slice(string),
});

/** What `docker info` shows: what the engine says, and the client of itself. */
export const dockerInfo = struct('system.dockerInfo', {
  ...serverFields,
  ServerErrors: [slice(string), 'ServerErrors', 'omitempty'],
  UserName: [string, '-'],
  ClientInfo: [pointer(clientInfo), 'ClientInfo', 'omitempty'],
  ClientErrors: [slice(string), 'ClientErrors', 'omitempty'],
});
