import type { ContainerConfig, HostConfig, PortMap } from './config.ts';
import type { EndpointSettings } from './networks.ts';
import type { Filters } from './streams.ts';

export interface Created {
  Id: string;
  Warnings: string[];
}

export interface ListOptions {
  all?: boolean;
  limit?: number;
  size?: boolean;
  filters?: Filters;
}

export type ContainerStatus =
  | 'created'
  | 'running'
  | 'paused'
  | 'restarting'
  | 'removing'
  | 'exited'
  | 'dead';

export interface PortSummary {
  IP?: string;
  PrivatePort: number;
  PublicPort?: number;
  Type: string;
}

export interface ContainerSummary {
  Id: string;
  Names: string[];
  Image: string;
  ImageID: string;
  Command: string;
  /** Seconds since 1970. */
  Created: number;
  Ports: PortSummary[];
  SizeRw?: number;
  SizeRootFs?: number;
  Labels: Record<string, string>;
  State: ContainerStatus;
  Status: string;
  HostConfig: { NetworkMode: string; Annotations?: Record<string, string> };
  NetworkSettings: { Networks: Record<string, EndpointSettings> };
  Mounts: MountPoint[];
}

export interface MountPoint {
  Type: string;
  /** Of a volume. */
  Name?: string;
  Source: string;
  Destination: string;
  Driver?: string;
  Mode: string;
  RW: boolean;
  Propagation: string;
}

export interface ContainerState {
  Status: ContainerStatus;
  Running: boolean;
  Paused: boolean;
  Restarting: boolean;
  OOMKilled: boolean;
  Dead: boolean;
  Pid: number;
  ExitCode: number;
  Error: string;
  /** RFC 3339 with nanoseconds. */
  StartedAt: string;
  FinishedAt: string;
  /** Only with a health check. */
  Health?: Health;
}

export interface Health {
  Status: 'none' | 'starting' | 'healthy' | 'unhealthy';
  FailingStreak: number;
  /** The last five, oldest first. */
  Log: { Start: string; End: string; ExitCode: number; Output: string }[];
}

export interface ContainerInspect {
  Id: string;
  Created: string;
  Path: string;
  Args: string[];
  State: ContainerState;
  Image: string;
  ResolvConfPath: string;
  HostnamePath: string;
  HostsPath: string;
  LogPath: string;
  Name: string;
  RestartCount: number;
  Driver: string;
  Platform: string;
  MountLabel: string;
  ProcessLabel: string;
  AppArmorProfile: string;
  ExecIDs: string[] | null;
  HostConfig: HostConfig & Record<string, unknown>;
  GraphDriver: { Name: string; Data: Record<string, string> | null };
  SizeRw?: number;
  SizeRootFs?: number;
  Mounts: MountPoint[];
  Config: ContainerConfig & Record<string, unknown>;
  NetworkSettings: NetworkSettings;
}

export interface NetworkSettings {
  Bridge: string;
  SandboxID: string;
  SandboxKey: string;
  Ports: PortMap;
  HairpinMode: boolean;
  LinkLocalIPv6Address: string;
  LinkLocalIPv6PrefixLen: number;
  SecondaryIPAddresses: null;
  SecondaryIPv6Addresses: null;
  EndpointID: string;
  Gateway: string;
  GlobalIPv6Address: string;
  GlobalIPv6PrefixLen: number;
  IPAddress: string;
  IPPrefixLen: number;
  IPv6Gateway: string;
  MacAddress: string;
  Networks: Record<string, EndpointSettings>;
}

export interface LogsOptions {
  stdout?: boolean;
  stderr?: boolean;
  follow?: boolean;
  timestamps?: boolean;
  /** Puts the attributes that the log driver was told to keep (labels, env) before each line. */
  details?: boolean;
  /** A number of lines, or `all`. */
  tail?: string;
  since?: string;
  until?: string;
}

export interface AttachOptions {
  stream: boolean;
  stdin?: boolean;
  stdout?: boolean;
  stderr?: boolean;
  logs?: boolean;
  /** `ctrl-p,ctrl-q` when not given; detaching ends the output and leaves the process alone. */
  detachKeys?: string;
}

export interface Waiting {
  /** Nobody waits any more; the result does not come then. */
  readonly forget?: () => void;
  result: Promise<{ StatusCode: number; Error?: { Message: string } }>;
}

export type WaitCondition = 'not-running' | 'next-exit' | 'removed';

export interface StopOptions {
  /** Seconds; negative waits for ever. */
  timeout?: number;
  signal?: string;
}

/** `ps` of the machine, for the container's processes. */
export interface Top {
  Titles: string[];
  Processes: string[][];
}

export interface Change {
  /** 0 modified, 1 added, 2 deleted. */
  Kind: 0 | 1 | 2;
  Path: string;
}

/** What `X-Docker-Container-Path-Stat` holds. */
export interface PathStat {
  name: string;
  size: number;
  /** As Go's os.FileMode: a directory is 1 << 31, a symbolic link 1 << 27, ... */
  mode: number;
  /** RFC 3339 with nanoseconds. */
  mtime: string;
  linkTarget: string;
}

export interface PutArchiveOptions {
  /** Refuses to put a directory over what is none, and the other way round. */
  noOverwriteDirNonDir?: boolean;
  /** Keeps the owners that the archive names. */
  copyUIDGID?: boolean;
}

/** As https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container/operation/ContainerStats on cgroup v2. */
export interface Stats {
  /** Neither is there with `oneShot`. */
  name?: string;
  id?: string;
  read: string;
  preread: string;
  pids_stats: { current?: number; limit?: number };
  blkio_stats: Record<string, { major: number; minor: number; op: string; value: number }[] | null>;
  num_procs: number;
  storage_stats: object;
  cpu_stats: CpuStats;
  precpu_stats: CpuStats;
  memory_stats: { usage?: number; stats?: Record<string, number>; failcnt?: number; limit?: number };
  networks?: Record<string, NetworkStats>;
}

/** Nanoseconds. */
export interface CpuStats {
  cpu_usage: {
    total_usage: number;
    percpu_usage?: number[];
    usage_in_kernelmode: number;
    usage_in_usermode: number;
  };
  system_cpu_usage?: number;
  online_cpus?: number;
  throttling_data: { periods: number; throttled_periods: number; throttled_time: number };
}

export interface NetworkStats {
  rx_bytes: number;
  rx_packets: number;
  rx_errors: number;
  rx_dropped: number;
  tx_bytes: number;
  tx_packets: number;
  tx_errors: number;
  tx_dropped: number;
}

export interface ContainersPruned {
  ContainersDeleted: string[] | null;
  /** Bytes. */
  SpaceReclaimed: number;
}
