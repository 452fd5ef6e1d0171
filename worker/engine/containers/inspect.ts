import type { ContainerInspect, MountPoint } from '../../protocol/engine-api.ts';
import { networkSettings } from '../networks/settings.ts';
import { inspectMount } from '../volumes/mountpoint.ts';
import { formatTime } from '../time.ts';
import type { Container } from './container.ts';
import type { FullHostConfig } from './hostconfig.ts';
import type { Link } from './links.ts';
import { inspectState } from './state.ts';

const root = '/var/lib/docker';

/** Every field that Docker gives. https://github.com/moby/moby/blob/v28.5.2/daemon/inspect.go */
export function inspectContainer(container: Container, links: readonly Link[]): ContainerInspect {
  const { id, config, hostConfig, state } = container;
  const directory = `${root}/containers/${id}`;
  const hasRun = state.startedAt !== undefined;
  return {
    Id: id,
    Created: formatTime(container.created),
    Path: container.path,
    Args: [...container.args],
    State: inspectState(state),
    Image: container.imageId,
    ResolvConfPath: hasRun ? `${directory}/resolv.conf` : '',
    HostnamePath: hasRun ? `${directory}/hostname` : '',
    HostsPath: hasRun ? `${directory}/hosts` : '',
    LogPath: hasRun && hostConfig.LogConfig.Type === 'json-file' ? `${directory}/${id}.log` : '',
    Name: `/${container.name}`,
    RestartCount: container.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: container.execs.size > 0 ? [...container.execs] : null,
    HostConfig: {
      ...hostConfig,
      Links: linksOf(container, links),
      ...(!hostConfig.Privileged && pathsOf(hostConfig)),
    },
    GraphDriver: { Name: 'overlay2', Data: graphData(container) },
    Mounts: mountsOf(container),
    Config: { ...config },
    NetworkSettings: networkSettings(container),
  };
}

/** By the names that they have now. */
function linksOf({ name }: Container, links: readonly Link[]): string[] | null {
  const all = links.map(({ alias, target }) => `/${target.name}:/${name}/${alias}`);
  return all.length > 0 ? all : null;
}

export function mountsOf({ mounts }: Container): MountPoint[] {
  return mounts.map(inspectMount);
}

function graphData({ id, layers }: Container): Record<string, string> {
  const path = `${root}/overlay2/${id}`;
  return {
    ID: id,
    LowerDir: layers
      .toReversed()
      .map((diffId) => `${root}/layers/${diffId}`)
      .join(':'),
    MergedDir: `${path}/merged`,
    UpperDir: `${path}/diff`,
    WorkDir: `${path}/work`,
  };
}

function pathsOf({ MaskedPaths, ReadonlyPaths }: FullHostConfig): Partial<FullHostConfig> {
  return { MaskedPaths: MaskedPaths ?? maskedPaths, ReadonlyPaths: ReadonlyPaths ?? readonlyPaths };
}

/** https://github.com/moby/moby/blob/v28.5.2/oci/defaults.go */
const maskedPaths = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];

const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];
