/**
 * The Engine API as an interface: what the `docker` command, the page and (over HTTP) any other client ask the engine.
 * Operations and field names are those of Docker's Engine API 1.51
 * (https://docs.docker.com/reference/api/engine/version/v1.51/); a field that is missing is not served yet.
 *
 * Streams are async iterables: the next item is asked for when there is room for it, and returning early (`break`)
 * detaches from the source. Every operation rejects with an `ApiError`, whose message is Docker's text and whose status is Docker's.
 */
export interface EngineApi {
  ping(): Promise<Ping>;
  version(): Promise<Version>;
  info(): Promise<Info>;

  containerCreate(config: CreateConfig, options?: { name?: string; platform?: string }): Promise<Created>;
  containerStart(id: string): Promise<void>;
  containerStop(id: string, options?: { timeout?: number; signal?: string }): Promise<void>;
  containerKill(id: string, options?: { signal?: string }): Promise<void>;
  containerPause(id: string): Promise<void>;
  containerUnpause(id: string): Promise<void>;
  containerResize(id: string, size: { h: number; w: number }): Promise<void>;
  containerDelete(id: string, options?: { force?: boolean; v?: boolean }): Promise<void>;
  containerList(options?: ListOptions): Promise<ContainerSummary[]>;
  containerInspect(id: string, options?: { size?: boolean }): Promise<ContainerInspect>;
  containerLogs(id: string, options: LogsOptions): Promise<AsyncIterable<OutputChunk>>;
  /** Resolves when the streams are connected; output begins with what the container writes from then on (and, with `logs`, what it has written). */
  containerAttach(id: string, options: AttachOptions): Promise<Attached>;
  /** Resolves as soon as the wait is registered, so that nothing is missed by starting the container afterwards. */
  containerWait(id: string, condition: WaitCondition): Promise<Waiting>;

  execCreate(id: string, config: ExecConfig): Promise<{ Id: string }>;
  execStart(id: string, options: ExecStartOptions): Promise<Attached>;
  execResize(id: string, size: { h: number; w: number }): Promise<void>;
  execInspect(id: string): Promise<ExecInspect>;

  imageList(options?: { all?: boolean }): Promise<ImageSummary[]>;
  imageInspect(name: string): Promise<ImageInspect>;
  /** Progress messages in order; an error of the pull itself comes as a message with `error`, as over HTTP. */
  imageCreate(options: {
    fromImage: string;
    tag: string;
    platform?: string;
  }): Promise<AsyncIterable<ProgressMessage>>;
}

/** What the engine answers when it cannot: Docker's HTTP status and text. */
export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

export interface OutputChunk {
  stream: 'stdout' | 'stderr';
  bytes: Uint8Array;
}

/** Where bytes go; writing resolves when there is room for more. Rejects when the other side is gone. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface Attached {
  /** Closing it closes the process's standard input; output goes on. Absent when stdin was not asked for. */
  stdin?: Sink;
  /** Ends when the process has closed both. With a TTY everything is stdout. */
  output: AsyncIterable<OutputChunk>;
}

export interface Waiting {
  result: Promise<{ StatusCode: number; Error?: { Message: string } }>;
}

export type WaitCondition = 'not-running' | 'next-exit' | 'removed';

export interface Ping {
  ApiVersion: string;
  OSType: string;
  Experimental: boolean;
  BuilderVersion: string;
}

export interface Version {
  Platform: { Name: string };
  Components: { Name: string; Version: string; Details: Record<string, string> }[];
  Version: string;
  ApiVersion: string;
  MinAPIVersion: string;
  GitCommit: string;
  GoVersion: string;
  Os: string;
  Arch: string;
  KernelVersion: string;
  BuildTime: string;
}

export interface Info {
  ID: string;
  Containers: number;
  ContainersRunning: number;
  ContainersPaused: number;
  ContainersStopped: number;
  Images: number;
  Driver: string;
  DriverStatus: [string, string][];
  Plugins: { Volume: string[]; Network: string[]; Log: string[] };
  MemoryLimit: boolean;
  SwapLimit: boolean;
  CpuCfsPeriod: boolean;
  CpuCfsQuota: boolean;
  PidsLimit: boolean;
  IPv4Forwarding: boolean;
  Debug: boolean;
  LoggingDriver: string;
  CgroupDriver: string;
  CgroupVersion: string;
  KernelVersion: string;
  OperatingSystem: string;
  OSVersion: string;
  OSType: string;
  Architecture: string;
  NCPU: number;
  /** Bytes. */
  MemTotal: number;
  IndexServerAddress: string;
  DockerRootDir: string;
  Name: string;
  Labels: string[];
  ExperimentalBuild: boolean;
  ServerVersion: string;
  Runtimes: Record<string, { path?: string }>;
  DefaultRuntime: string;
  LiveRestoreEnabled: boolean;
  InitBinary: string;
  SecurityOptions: string[];
  Swarm: { LocalNodeState: string };
  SystemTime: string;
  Warnings: string[];
}

/** `Config` of the API: what an image may preset too. */
export interface ContainerConfig {
  Hostname?: string;
  Domainname?: string;
  User?: string;
  AttachStdin?: boolean;
  AttachStdout?: boolean;
  AttachStderr?: boolean;
  ExposedPorts?: Record<string, object>;
  Tty?: boolean;
  OpenStdin?: boolean;
  StdinOnce?: boolean;
  Env?: string[];
  Cmd?: string[] | null;
  Image?: string;
  Volumes?: Record<string, object> | null;
  WorkingDir?: string;
  Entrypoint?: string[] | null;
  Labels?: Record<string, string>;
  StopSignal?: string;
  StopTimeout?: number;
}

export interface HostConfig {
  /** Bytes; 0 is no limit. */
  Memory?: number;
  MemorySwap?: number;
  MemoryReservation?: number;
  NanoCpus?: number;
  CpuShares?: number;
  CpuPeriod?: number;
  CpuQuota?: number;
  PidsLimit?: number | null;
  AutoRemove?: boolean;
  NetworkMode?: string;
  ReadonlyRootfs?: boolean;
  Tmpfs?: Record<string, string>;
  CapAdd?: string[] | null;
  CapDrop?: string[] | null;
  Privileged?: boolean;
  Init?: boolean | null;
  ShmSize?: number;
  GroupAdd?: string[] | null;
  SecurityOpt?: string[] | null;
  Ulimits?: { Name: string; Soft: number; Hard: number }[] | null;
  OomScoreAdj?: number;
  OomKillDisable?: boolean | null;
  ExtraHosts?: string[] | null;
  Dns?: string[] | null;
  DnsSearch?: string[] | null;
  DnsOptions?: string[] | null;
  Sysctls?: Record<string, string>;
  RestartPolicy?: { Name: string; MaximumRetryCount: number };
  LogConfig?: { Type: string; Config: Record<string, string> };
  Binds?: string[] | null;
  PortBindings?: Record<string, { HostIp: string; HostPort: string }[]>;
  PublishAllPorts?: boolean;
}

export interface CreateConfig extends ContainerConfig {
  HostConfig?: HostConfig;
}

export interface Created {
  Id: string;
  Warnings: string[];
}

export interface ListOptions {
  all?: boolean;
  limit?: number;
  size?: boolean;
  filters?: Record<string, string[]>;
}

export type ContainerStatus =
  | 'created'
  | 'running'
  | 'paused'
  | 'restarting'
  | 'removing'
  | 'exited'
  | 'dead';

export interface ContainerSummary {
  Id: string;
  Names: string[];
  Image: string;
  ImageID: string;
  Command: string;
  /** Seconds since 1970. */
  Created: number;
  Ports: { IP?: string; PrivatePort: number; PublicPort?: number; Type: string }[];
  SizeRw?: number;
  SizeRootFs?: number;
  Labels: Record<string, string>;
  State: ContainerStatus;
  Status: string;
  HostConfig: { NetworkMode: string };
  NetworkSettings: { Networks: Record<string, object> };
  Mounts: object[];
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
  GraphDriver: { Name: string; Data: Record<string, string> };
  SizeRw?: number;
  SizeRootFs?: number;
  Mounts: object[];
  Config: ContainerConfig & Record<string, unknown>;
  NetworkSettings: Record<string, unknown>;
}

export interface LogsOptions {
  stdout?: boolean;
  stderr?: boolean;
  follow?: boolean;
  timestamps?: boolean;
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
}

export interface ExecConfig {
  AttachStdin?: boolean;
  AttachStdout?: boolean;
  AttachStderr?: boolean;
  Tty?: boolean;
  Env?: string[];
  Cmd: string[];
  Privileged?: boolean;
  User?: string;
  WorkingDir?: string;
}

export interface ExecStartOptions {
  Detach?: boolean;
  Tty?: boolean;
  /** Rows and columns. */
  ConsoleSize?: [number, number];
}

export interface ExecInspect {
  ID: string;
  Running: boolean;
  ExitCode: number | null;
  Pid: number;
  ContainerID: string;
  OpenStdin: boolean;
  OpenStdout: boolean;
  OpenStderr: boolean;
  CanRemove: boolean;
  DetachKeys: string;
  ProcessConfig: {
    tty: boolean;
    entrypoint: string;
    arguments: string[];
    privileged: boolean;
    user?: string;
  };
}

export interface ImageSummary {
  Id: string;
  ParentId: string;
  RepoTags: string[] | null;
  RepoDigests: string[] | null;
  Created: number;
  Size: number;
  SharedSize: number;
  Labels: Record<string, string> | null;
  Containers: number;
}

export interface ImageInspect {
  Id: string;
  RepoTags: string[];
  RepoDigests: string[];
  Parent: string;
  Comment: string;
  Created: string;
  DockerVersion: string;
  Author: string;
  Config: ContainerConfig;
  Architecture: string;
  Os: string;
  Size: number;
  GraphDriver: { Name: string; Data: Record<string, string> | null };
  RootFS: { Type: string; Layers: string[] };
  Metadata: { LastTagTime: string };
}

/** A line of the JSON stream that pull, push and load answer with. */
export interface ProgressMessage {
  status?: string;
  id?: string;
  progress?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
  errorDetail?: { message: string };
}
