import type { Info } from '../../protocol/engine-api.ts';
import type { ContainerStatus } from '../../protocol/engine-api.ts';
import { statusOf } from '../containers/state.ts';
import type { EngineContext } from '../context.ts';
import { formatTime } from '../time.ts';
import { serverVersion } from './version.ts';

type InfoContext = Pick<EngineContext, 'clock' | 'containers' | 'events' | 'images' | 'machine'>;

/** What clients log in to when they name no registry. */
export const indexServer = 'https://index.docker.io/v1/';

/** `id` names this installation of the engine. */
export function info(context: InfoContext, id: string): Info {
  const { clock, events, images, machine } = context;
  return {
    ID: id,
    ...counts(context),
    Images: images.all().length,
    ...storage,
    ...kernelFeatures,
    Debug: false,
    // One thread, and no files of its own.
    NFd: 0,
    NGoroutines: 1,
    // The engine itself listens for health checks.
    NEventsListener: events.listeners - 1,
    LoggingDriver: 'json-file',
    CgroupDriver: 'cgroupfs',
    CgroupVersion: '2',
    KernelVersion: machine.kernel,
    OperatingSystem: 'Bottleship',
    OSVersion: '',
    OSType: 'linux',
    Architecture: 'i686',
    NCPU: 1,
    MemTotal: machine.memory,
    IndexServerAddress: indexServer,
    RegistryConfig: registryConfig,
    GenericResources: null,
    HttpProxy: '',
    HttpsProxy: '',
    NoProxy: '',
    Name: machine.hostname,
    Labels: [],
    ExperimentalBuild: false,
    ServerVersion: serverVersion,
    Runtimes: { 'io.containerd.runc.v2': { path: 'runc' }, runc: { path: 'runc' } },
    DefaultRuntime: 'runc',
    Isolation: '',
    LiveRestoreEnabled: false,
    InitBinary: 'docker-init',
    ContainerdCommit: { ID: '' },
    RuncCommit: { ID: '' },
    InitCommit: { ID: '' },
    CDISpecDirs: [],
    SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
    Swarm: noSwarm,
    SystemTime: formatTime(clock.now()),
    Warnings: warnings,
  };
}

const storage = {
  Driver: 'overlay2',
  DriverStatus: [
    ['Backing Filesystem', 'extfs'],
    ['Supports d_type', 'true'],
    ['Using metacopy', 'false'],
    ['Native Overlay Diff', 'true'],
    ['userxattr', 'false'],
  ] as [string, string][],
  Plugins: {
    Volume: ['local'],
    Network: ['bridge', 'host', 'null'],
    Authorization: null,
    Log: ['json-file', 'local'],
  },
  DockerRootDir: '/var/lib/docker',
};

const registryConfig = {
  IndexConfigs: { 'docker.io': { Mirrors: [], Name: 'docker.io', Official: true, Secure: true } },
  InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8'],
  Mirrors: null,
};

const noSwarm = {
  NodeID: '',
  NodeAddr: '',
  LocalNodeState: 'inactive',
  ControlAvailable: false,
  Error: '',
  RemoteManagers: null,
};

/** What Docker says of a kernel such as ours (kernel-image/kernel/config). */
const warnings = [
  'WARNING: No cpuset support',
  'WARNING: No io.weight support',
  'WARNING: No io.weight (per device) support',
];

/** With cgroup v2 nobody can keep the out-of-memory killer away. */
const kernelFeatures = {
  MemoryLimit: true,
  SwapLimit: true,
  CpuCfsPeriod: true,
  CpuCfsQuota: true,
  CPUShares: true,
  CPUSet: false,
  OomKillDisable: false,
  PidsLimit: true,
  IPv4Forwarding: true,
};

function counts({
  containers,
}: InfoContext): Pick<Info, 'Containers' | 'ContainersRunning' | 'ContainersPaused' | 'ContainersStopped'> {
  const statuses = containers.all().map(({ state }) => statusOf(state));
  const running = count(statuses, 'running');
  const paused = count(statuses, 'paused');
  return {
    Containers: statuses.length,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: statuses.length - running - paused,
  };
}

function count(statuses: readonly ContainerStatus[], wanted: ContainerStatus): number {
  return statuses.filter((status) => status === wanted).length;
}
