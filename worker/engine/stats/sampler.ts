import type { Stats } from '../../protocol/engine-api.ts';
import type { Container } from '../containers/container.ts';
import type { EngineContext } from '../context.ts';
import { formatTime, never } from '../time.ts';
import { cleanPath } from '../volumes/mountconfig.ts';
import type { MachineTexts } from './counters.ts';
import { blkioStats, cpuStats, memoryStats, networkStats, pidsStats } from './counters.ts';
import { noCpuStats, zeroStats } from './zero.ts';

type SamplerContext = Pick<EngineContext, 'agent' | 'clock' | 'machine'>;

/** Of a container's cgroup, in the order in which they are asked for. */
const cgroupFiles = [
  'cpu.stat',
  'memory.current',
  'memory.max',
  'memory.stat',
  'memory.events',
  'pids.current',
  'pids.max',
  'io.stat',
];

/** Counts what containers use at this moment, all of them with one call to the agent. Those that do not run have the zero form. */
export async function sample(
  context: SamplerContext,
  containers: readonly Container[],
): Promise<Map<Container, Stats>> {
  const running = containers.filter(isCounted);
  const texts = running.length === 0 ? [] : await context.agent.call('read', { paths: pathsOf(running) });
  const read = formatTime(context.clock.now());
  const [stat = '', uptime = '', ...files] = texts.map((text) => text ?? '');
  const found = new Map(containers.map((container) => [container, zeroStats(container)]));
  running.forEach((container, i) => {
    const own = files.slice(i * perContainer, (i + 1) * perContainer);
    // It has ended in the meantime.
    if (own[0] === '') return;
    const memory = context.machine.memory;
    found.set(container, { ...count(container, own, { stat, uptime }, memory), read });
  });
  return found;
}

const perContainer = cgroupFiles.length + 1;

function isCounted({ state }: Container): boolean {
  return state.running && !state.restarting && state.pid > 0;
}

function pathsOf(containers: readonly Container[]): string[] {
  const own = containers.flatMap(({ id, state, hostConfig }) => [
    ...cgroupFiles.map(
      (name) => `/sys/fs/cgroup${cleanPath(`/${hostConfig.CgroupParent || 'docker'}`)}/${id}/${name}`,
    ),
    `/proc/${state.pid}/net/dev`,
  ]);
  return ['/proc/stat', '/proc/uptime', ...own];
}

function count(
  container: Container,
  [
    cpu = '',
    current = '',
    max = '',
    stat = '',
    events = '',
    pids = '',
    pidsMax = '',
    io = '',
    dev = '',
  ]: string[],
  machine: MachineTexts,
  memory: number,
): Stats {
  const networks = hasNetwork(container) ? networkStats(dev) : undefined;
  return {
    name: `/${container.name}`,
    id: container.id,
    read: never,
    preread: never,
    pids_stats: pidsStats(pids, pidsMax),
    blkio_stats: blkioStats(io),
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpuStats(cpu, machine),
    precpu_stats: noCpuStats,
    memory_stats: memoryStats({ current, max, stat, events }, memory),
    ...(networks && { networks }),
  };
}

/** On the host's network there is none of its own to count. */
function hasNetwork({ config, hostConfig }: Container): boolean {
  return !config.NetworkDisabled && hostConfig.NetworkMode !== 'host';
}
