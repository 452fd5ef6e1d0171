import type { BuildCacheRecord } from './solve.ts';
import type { ContainerSummary } from './containers.ts';
import type { ImageSummary } from './images.ts';
import type { Filters } from './streams.ts';
import type { Volume } from './volumes.ts';

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
  Plugins: { Volume: string[]; Network: string[]; Authorization: string[] | null; Log: string[] };
  MemoryLimit: boolean;
  SwapLimit: boolean;
  CpuCfsPeriod: boolean;
  CpuCfsQuota: boolean;
  CPUShares: boolean;
  CPUSet: boolean;
  PidsLimit: boolean;
  IPv4Forwarding: boolean;
  OomKillDisable: boolean;
  Debug: boolean;
  NFd: number;
  NGoroutines: number;
  NEventsListener: number;
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
  RegistryConfig: {
    IndexConfigs: Record<string, { Mirrors: string[]; Name: string; Official: boolean; Secure: boolean }>;
    InsecureRegistryCIDRs: string[];
    Mirrors: string[] | null;
  };
  GenericResources: null;
  HttpProxy: string;
  HttpsProxy: string;
  NoProxy: string;
  DockerRootDir: string;
  Name: string;
  Labels: string[];
  ExperimentalBuild: boolean;
  ServerVersion: string;
  Runtimes: Record<string, { path?: string }>;
  DefaultRuntime: string;
  LiveRestoreEnabled: boolean;
  InitBinary: string;
  Isolation: string;
  ContainerdCommit: { ID: string };
  RuncCommit: { ID: string };
  InitCommit: { ID: string };
  CDISpecDirs: string[];
  SecurityOptions: string[];
  Swarm: {
    NodeID: string;
    NodeAddr: string;
    LocalNodeState: string;
    ControlAvailable: boolean;
    Error: string;
    RemoteManagers: null;
  };
  SystemTime: string;
  Warnings: string[];
}

export interface EventsOptions {
  /** Seconds since 1970, with a fraction, or RFC 3339. */
  since?: string;
  until?: string;
  filters?: Filters;
}

export interface EventMessage {
  /** The three that older clients read; only for containers and images. */
  status?: string;
  id?: string;
  from?: string;
  Type: string;
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
  scope: 'local';
  /** Seconds since 1970. */
  time: number;
  timeNano: number;
}

export type DiskUsageType = 'container' | 'image' | 'volume' | 'build-cache';

export interface DiskUsage {
  LayersSize: number;
  Images: ImageSummary[] | null;
  Containers: ContainerSummary[] | null;
  Volumes: Volume[] | null;
  BuildCache: BuildCacheRecord[] | null;
}

export interface AuthConfig {
  username?: string;
  password?: string;
  auth?: string;
  serveraddress?: string;
  identitytoken?: string;
  registrytoken?: string;
}

export interface AuthResult {
  Status: string;
  IdentityToken?: string;
}
