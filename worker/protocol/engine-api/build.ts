import type { AuthConfig } from './system.ts';

/** Credentials by registry, as the client's configuration file has them; Docker Hub's under `https://index.docker.io/v1/`. */
export type AuthConfigs = Readonly<Record<string, AuthConfig>>;

/** `docker build`: what `POST /build` takes beside the context. */
export interface ImageBuildOptions {
  /** By which `buildCancel` knows it. */
  buildId?: string;
  /** Path in the context; `Dockerfile` unless it is given. */
  dockerfile?: string;
  tags?: string[];
  /** An address to take the context from, in place of the one that is sent. */
  remote?: string;
  quiet?: boolean;
  noCache?: boolean;
  cacheFrom?: string[];
  pull?: boolean;
  /** For images that are pulled. */
  authConfigs?: AuthConfigs;
  /** Remove the containers of steps that worked: yes unless this is false. */
  rm?: boolean;
  /** Those of steps that failed, too. */
  forceRm?: boolean;
  /** Null where no value was given. */
  buildArgs?: Record<string, string | null>;
  labels?: Record<string, string>;
  target?: string;
  platform?: string;
  networkMode?: string;
  extraHosts?: string[];
  squash?: boolean;
  /** Bytes. */
  shmSize?: number;
  memory?: number;
  memorySwap?: number;
  cpuShares?: number;
  cpuPeriod?: number;
  cpuQuota?: number;
  cpusetCpus?: string;
  cpusetMems?: string;
  cgroupParent?: string;
  ulimits?: { Name: string; Soft: number; Hard: number }[];
}
