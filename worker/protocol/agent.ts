/**
 * What the worker asks of the guest's agent, and what the agent tells it. The agent holds what runc and its shim hold;
 * everything it is told here it does at once, with no round trip in between. Field names follow the OCI runtime
 * specification (https://github.com/opencontainers/runtime-spec/blob/v1.2.0/config.md) where they mean the same.
 */

/** Calls, by method: parameters and result. Every call may fail with an {@link AgentFailure}. */
export interface AgentCalls {
  /** Once after every restore or cold boot, before anything else. */
  wake: [WakeParams, WakeResult];
  /** Once, some time after `wake` and before the first container: the layers' 9P mount and the data disk. */
  mount: [MountParams, null];
  /** Starts a process of the machine itself, outside any container (the terminals' shells). */
  spawn: [SpawnParams, StartedResult];
  /** Creates and starts a container: mounts, namespaces, limits, its process. Fails when the process cannot be executed; then nothing is left of it. */
  start: [ContainerSpec, StartedResult];
  /** A further process in a running container. */
  exec: [ExecParams, StartedResult];
  /** Looks a user up in a running container, as `exec` would. Fails when there is none. */
  user: [{ id: string; user: string }, null];
  /** Sends a signal to a container's first process, or to every one of them. */
  signal: [SignalParams, null];
  pause: [{ id: string }, null];
  resume: [{ id: string }, null];
  /** Changes a running container's limits, and what becomes of it when it has ended. */
  update: [{ id: string; resources: Resources; autoRemove?: boolean }, null];
  /** Gives a name in a container's /etc/hosts another address. */
  hosts: [{ id: string; name: string; address: string }, null];
  /** Sets the window size of a terminal. */
  resize: [{ stream: number; size: TerminalSize }, null];
  /** Starts the `filetree` program (see filetree.ts) in a root. Fails when the root cannot be put together; its end is an `exited` like any other. */
  filetree: [FiletreeParams, StartedResult];
  /** Makes the directories of volumes, fills those that are empty from a container's image, and makes its working directory. */
  prepare: [PrepareParams, null];
  /** Removes volumes with all they hold. */
  removeVolumes: [{ names: string[] }, null];
  /** Which of these paths of the machine there are not. */
  missing: [{ paths: string[] }, string[]];
  /** Removes what a container has in the guest: its writable layer, cgroup and mounts. Its processes are killed first. */
  remove: [{ id: string }, null];
  /** Sends a container's log, as `log.ts` describes it, to a stream: all there is now, the oldest first. */
  readLog: [{ id: string; stream: number }, LogReading];
  /** Adds a text to a container's log, as standard error: what the engine says in its name. */
  writeLog: [{ id: string; text: string; log: LogSpec }, null];
  /** Reads small files as they are, for `docker stats`; null for one that is not there, or whose process has gone. */
  read: [{ paths: string[] }, (string | null)[]];
  /** The processes of a running container as /proc describes them, for `docker top`. */
  processes: [{ id: string }, ProcessTexts[]];
  /**
   * Makes one half of a network namespace for the next container, unless there is one; the machine does nothing else
   * meanwhile. Whether there is more to do.
   */
  spare: [Record<string, never>, boolean];
  /** Counts what the guest holds (mounts, cgroups, processes, open files, memory), for leak tests and `docker info`. */
  census: [Record<string, never>, Census];
}

/** Events, by name. */
export interface AgentEvents {
  /** Once after a cold boot: the agent listens from now on; what was sent before is lost. A restored machine is ready. */
  ready: Record<string, never>;
  /** A process ended, after all it had started in its container is gone too when it was the first one. */
  exited: ExitedEvent;
  /** A program connected to a listening socket of the agent; `stream` carries both directions. */
  connected: { listener: ListenerName; stream: number; pid: number; uid: number };
  /** The agent cannot do what it must; the message says what. */
  trouble: { message: string };
}

export type AgentMethod = keyof AgentCalls;
export type ListenerName = 'cli' | 'api';

/** Why a call failed. `code` is the kernel's error name (ENOENT, EACCES, ...) or EINVAL for a bad spec. */
export interface AgentFailure {
  code: string;
  /** What was being done: `exec`, `mount /proc`, `clone`, ... */
  step: string;
  message: string;
}

export interface WakeParams {
  /** Seconds and nanoseconds since 1970. */
  time: [seconds: number, nanoseconds: number];
  /** Hexadecimal bytes for the kernel's random pool; at least 32. */
  entropy: string;
  hostname: string;
  /** The network card's address: six bytes, hexadecimal, locally administered. */
  mac: string;
}

export interface MountParams {
  /** Whether the data disk is there to be mounted on /var/lib/docker. Without one a tmpfs stands in. */
  disk: boolean;
}

export interface WakeResult {
  /** Bytes of memory that the kernel manages. */
  memory: number;
  kernel: string;
}

export interface TerminalSize {
  rows: number;
  cols: number;
}

/** The streams of a process. Stream ids are even numbers chosen by the worker; those the agent opens are odd. */
export type Stdio =
  | { tty: number; size: TerminalSize }
  /** A missing number is /dev/null. */
  | { stdin?: number; stdout?: number; stderr?: number };

export interface SpawnParams {
  /** Chosen by the worker; names the process in `exited`. */
  process: number;
  args: string[];
  env: string[];
  cwd: string;
  stdio: Stdio;
}

/** Who a process runs as, in the kernel's numbers. */
export interface Identity {
  uid: number;
  gid: number;
  /** Supplementary ones, the primary group among them (CVE-2022-36109). */
  groups: number[];
  home: string;
}

export interface ProcessSpec {
  process: number;
  args: string[];
  env: string[];
  cwd: string;
  /** As `docker run --user`: `name|uid[:group|gid]`, looked up in the container's /etc/passwd and /etc/group. */
  user: string;
  /** What they are in numbers, where the container's files are known already: then they need not be looked up. */
  identity?: Identity;
  /** `--group-add`. */
  groups?: string[];
  /** Capability numbers, bounding and permitted alike. */
  capabilities: number[];
  noNewPrivileges?: boolean;
  /** [RLIMIT_ number, soft, hard]; -1 is unlimited. */
  rlimits?: [number, number, number][];
  oomScoreAdj?: number;
  /** `default` is Docker's profile; `unconfined` none. */
  seccomp: 'default' | 'unconfined' | SeccompFilter;
  stdio: Stdio;
}

/** For seccomp(SECCOMP_SET_MODE_FILTER). */
export interface SeccompFilter {
  /** The words of an array of `struct sock_filter`. */
  program: number[];
  /** SECCOMP_FILTER_FLAG_ */
  flags: number;
}

export interface ExecParams extends ProcessSpec {
  /** The container's. */
  id: string;
}

/** Where `filetree` works. No path in it leads outside, whatever a container does to it meanwhile. */
export type FiletreeRoot =
  /**
   * A container's root as it is on its disk: what runs in it has mounted (/proc, /dev, tmpfs) is not there, only these bind
   * mounts and, with `files`, the /etc/hosts, /etc/hostname and /etc/resolv.conf of that container, if it has any yet. One
   * that does not run is put together for as long as the program runs; it must not be started meanwhile.
   */
  | { container: string; layers: string[]; mounts: SpecMount[]; files?: string }
  /** A container's writable layer alone, as overlayfs writes it. */
  | { writable: string }
  /** A directory of the machine. */
  | { directory: string };

export interface FiletreeParams {
  /** Chosen by the worker; names the process in `exited`. */
  process: number;
  root: FiletreeRoot;
  args: string[];
  stdio: { stdin?: number; stdout: number };
}

export interface SpecMount {
  destination: string;
  type: 'tmpfs' | 'bind' | 'proc' | 'sysfs' | 'mqueue' | 'cgroup2' | 'devpts';
  /** For a bind mount: a path in the guest. */
  source?: string;
  /** Instead of `source`: the tree of these layers, the lowest first, to be read only. */
  layers?: string[];
  /** A path below the source, out of which no link may lead. */
  subpath?: string;
  /** Make the directory `source` when it is missing. */
  create?: boolean;
  /** To be mounted on `source` first, for as long as a container that has it runs. */
  filesystem?: { type: string; device: string; options: string[] };
  /** As for mount(8): ro, nosuid, nodev, noexec, size=64k, mode=1777, ...; for binds also rro (with all below it) and the propagation. */
  options: string[];
}

export interface PrepareParams {
  /** Of the container whose image they are filled from, the lowest first. */
  layers: string[];
  /** In the writable layer of a container. */
  workingDirectory?: { container: string; path: string };
  volumes: {
    name: string;
    /** Where in the image its first content is. Without it the volume begins empty. */
    from?: string;
    /** Where below the volume that is to be. */
    subpath?: string;
  }[];
}

export interface Resources {
  /** Bytes. */
  memory?: number;
  /** Bytes, without the memory itself; -1 is unlimited. */
  swap?: number;
  memoryReservation?: number;
  /** Microseconds of each period; `quota` -1 is unlimited. */
  cpuQuota?: number;
  cpuPeriod?: number;
  /** cgroup v2: 1 to 10000. */
  cpuWeight?: number;
  /** -1 is unlimited. */
  pids?: number;
  /** Of block devices, by path: bytes and operations a second. */
  io?: { path: string; rbps?: number; wbps?: number; riops?: number; wiops?: number }[];
}

export interface DeviceRule {
  allow: boolean;
  type: 'a' | 'b' | 'c';
  /** A missing number is any. */
  major?: number;
  minor?: number;
  /** Some of r, w, m. */
  access: string;
}

export interface ContainerFiles {
  hostname: string;
  /** Without it a copy of the machine's. */
  hosts?: string;
  resolvConf: string;
}

/** A namespace that is the machine's own, or that of the first process of another container, which must run. */
export type Shared = 'host' | { container: string };

/** A container, as small as it goes: what every container has alike (the standard mounts, devices, masked paths) the agent knows. */
export interface ContainerSpec {
  id: string;
  hostname: string;
  domainname?: string;
  /** Names of layer directories on the 9P mount, the lowest first. */
  layers: string[];
  readonlyRootfs: boolean;
  process: ProcessSpec;
  /** Beside the standard ones, in order; one on a standard destination replaces it. */
  mounts: SpecMount[];
  /** Files that the engine writes for the container and that are bound over the image's; or those of another container; or none. */
  files: ContainerFiles | { container: string } | 'none';
  resources: Resources;
  /** No masked paths, every device, writable /sys. */
  privileged: boolean;
  /** Whether /sys/fs/cgroup can be written, where that is not as `privileged` says. */
  writableCgroups?: boolean;
  /** A tiny first process that reaps orphans and forwards signals (`--init`). */
  init: boolean;
  /** Bytes of /dev/shm. */
  shmSize: number;
  network: 'own' | Shared;
  /** The devices of its own namespace beside `lo`, in their order. */
  endpoints?: EndpointSpec[];
  /** Ports of the machine that lead to the container; when one of them cannot be had the start fails with the step `publish N`. */
  publish?: PublishSpec[];
  /** Its own without them. */
  pid?: Shared;
  /** `none` is one of its own without /dev/shm. */
  ipc?: 'none' | Shared;
  uts?: 'host';
  cgroupNamespace?: 'host';
  /** Path in the hierarchy below which its cgroup is made; /docker without it. */
  cgroupParent?: string;
  sysctls?: Record<string, string>;
  /** Rules beside Docker's usual ones. */
  devices?: DeviceRule[];
  /** Nodes of the machine that are made in the container too, with what may be done with them. A directory stands for all in it. */
  deviceNodes?: { source: string; path: string; access: string }[];
  /** What must not be seen, and what only be read, instead of Docker's usual paths. */
  maskedPaths?: string[];
  readonlyPaths?: string[];
  /** Remove everything as soon as the first process has ended, as `remove` would; `exited` comes after that. */
  autoRemove: boolean;
  /** Keep what the first process writes; nothing is kept without. */
  log?: LogSpec;
}

/** A pair of network devices, one a port of a bridge of the machine, one the container's. Addresses are written as usual. */
export interface EndpointSpec {
  bridge: string;
  /** The port's name: at most 15 characters, and no other device's. */
  port: string;
  /** The container's device's name. */
  device: string;
  mac: string;
  address: string;
  /** Bits of the network's part of the address. */
  prefix: number;
  /** Where the default route leads; there is none without. */
  gateway?: string;
}

export interface PublishSpec {
  protocol: 'tcp' | 'udp';
  /** The machine's address: 4 or 16 bytes. */
  host: number[];
  port: number;
  /** The container's. */
  address: string;
  target: number;
}

/** How much of a log is kept. */
export interface LogSpec {
  /** Bytes of one file. */
  maxSize: number;
  maxFiles: number;
}

export interface LogReading {
  /** Bytes of standard output and standard error that the run has logged so far; null when none is logging. */
  logged: [stdout: number, stderr: number] | null;
}

export interface StartedResult {
  /** In the machine's process namespace. */
  pid: number;
}

export interface SignalParams {
  id: string;
  /** A further process of the container (its `process` number) instead of the first one. */
  process?: number;
  signal: number;
  all?: boolean;
}

export interface ExitedEvent {
  process: number;
  /** The exit code, or 128 + the signal's number. */
  code: number;
  /** The kernel's out-of-memory killer ended a process of the container. */
  oomKilled: boolean;
}

/** Files of /proc/PID. */
export interface ProcessTexts {
  pid: number;
  stat: string;
  status: string;
  cmdline: string;
  wchan: string;
}

export interface Census {
  mounts: number;
  cgroups: number;
  processes: number;
  /** Of the agent itself. */
  openFiles: number;
  /** Bytes. */
  memoryTotal: number;
  memoryAvailable: number;
  /** Directories of writable layers. */
  snapshots: number;
}
