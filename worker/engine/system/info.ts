import type { Info } from '../../protocol/engine-api.ts';
import type { ContainerStatus } from '../../protocol/engine-api.ts';
import { statusOf } from '../containers/state.ts';
import type { EngineContext } from '../context.ts';
import { formatTime } from '../time.ts';
import { serverVersion } from './version.ts';

type InfoContext = Pick<EngineContext, 'clock' | 'containers' | 'images' | 'machine'>;

/** `id` names this installation of the engine. */
export function info(context: InfoContext, id: string): Info {
  const { clock, images, machine } = context;
  return {
    ID: id,
    ...counts(context),
    Images: images.all().length,
    ...storage,
    ...kernelFeatures,
    Debug: false,
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
    IndexServerAddress: 'https://index.docker.io/v1/',
    Name: machine.hostname,
    Labels: [],
    ExperimentalBuild: false,
    ServerVersion: serverVersion,
    Runtimes: { 'io.containerd.runc.v2': { path: 'runc' }, runc: { path: 'runc' } },
    DefaultRuntime: 'runc',
    LiveRestoreEnabled: false,
    InitBinary: 'docker-init',
    SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
    Swarm: { LocalNodeState: 'inactive' },
    SystemTime: formatTime(clock.now()),
    Warnings: [],
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
  Plugins: { Volume: ['local'], Network: ['bridge', 'host', 'null'], Log: ['json-file', 'local'] },
  DockerRootDir: '/var/lib/docker',
};

const kernelFeatures = {
  MemoryLimit: true,
  SwapLimit: true,
  CpuCfsPeriod: true,
  CpuCfsQuota: true,
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
