import type { CommandSpec } from './command-spec.ts';
import { attach } from './commands/attach.ts';
import { build } from './commands/build.ts';
import { aliasedBuildxBuild, buildxBuild } from './commands/buildx-build.ts';
import { builderPrune } from './commands/builder-prune.ts';
import { commit } from './commands/commit.ts';
import { containerPrune } from './commands/container-prune.ts';
import { cp } from './commands/cp.ts';
import { create } from './commands/create.ts';
import { diff } from './commands/diff.ts';
import { events } from './commands/events.ts';
import { exec } from './commands/exec.ts';
import { exportContainer } from './commands/export.ts';
import { history } from './commands/history.ts';
import { imagePrune } from './commands/image-prune.ts';
import { importImage } from './commands/import.ts';
import { images } from './commands/images.ts';
import { info } from './commands/info.ts';
import { inspect, inspectContainer, inspectImage } from './commands/inspect.ts';
import { kill } from './commands/kill.ts';
import { load } from './commands/load.ts';
import { login } from './commands/login.ts';
import { logout } from './commands/logout.ts';
import { logs } from './commands/logs.ts';
import { networkConnect, networkDisconnect } from './commands/network-connect.ts';
import { networkCreate } from './commands/network-create.ts';
import { networkInspect } from './commands/network-inspect.ts';
import { networkLs } from './commands/network-ls.ts';
import { networkPrune } from './commands/network-prune.ts';
import { networkRm } from './commands/network-rm.ts';
import { pause, unpause } from './commands/pause.ts';
import { port } from './commands/port.ts';
import { ps } from './commands/ps.ts';
import { pull } from './commands/pull.ts';
import { push } from './commands/push.ts';
import { rename } from './commands/rename.ts';
import { restart } from './commands/restart.ts';
import { rm } from './commands/rm.ts';
import { rmi } from './commands/rmi.ts';
import { run } from './commands/run.ts';
import { save } from './commands/save.ts';
import { search } from './commands/search.ts';
import { start } from './commands/start.ts';
import { stats } from './commands/stats.ts';
import { stop } from './commands/stop.ts';
import { systemDf } from './commands/system-df.ts';
import { systemPrune } from './commands/system-prune.ts';
import { tag } from './commands/tag.ts';
import { top } from './commands/top.ts';
import { update } from './commands/update.ts';
import { version } from './commands/version.ts';
import { volumeCreate } from './commands/volume-create.ts';
import { volumeInspect } from './commands/volume-inspect.ts';
import { volumeLs } from './commands/volume-ls.ts';
import { volumePrune } from './commands/volume-prune.ts';
import { volumeRm } from './commands/volume-rm.ts';
import { wait } from './commands/wait.ts';

/** A name in the tree of commands; one without a `spec` is Docker's and not available yet. */
export interface Entry {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly short: string;
  readonly spec?: CommandSpec;
  /** It will not come: this engine has no use for it. */
  readonly never?: boolean;
  readonly group?: Group;
  /** What takes the command over where the environment does not turn that off, as a plugin of Docker's client does. */
  readonly plugin?: Plugin;
}

export interface Plugin {
  /** What it calls itself. */
  readonly name: string;
  readonly spec: CommandSpec;
  /** Whether the environment wants the client's own command. */
  isOff(env: ReadonlyMap<string, string>): boolean;
  /** What is told to who wants that. */
  readonly notice: string;
}

export interface Group {
  readonly short: string;
  readonly commands: readonly Entry[];
}

/** A part of the list in `docker --help`. */
interface Section {
  readonly title: string;
  /** Other spellings of commands that have a place elsewhere. */
  readonly legacy?: boolean;
  readonly entries: readonly Entry[];
}

function has(name: string, spec: CommandSpec, aliases: readonly string[] = []): Entry {
  return { name, short: spec.short, spec, aliases };
}

function lacks(name: string, short: string, aliases: readonly string[] = []): Entry {
  return { name, short, aliases };
}

function never(name: string, short: string): Entry {
  return { name, short, never: true };
}

function group(name: string, short: string, commands: readonly Entry[]): Entry {
  return { name, short, group: { short, commands } };
}

const buildx: Plugin = {
  name: 'docker buildx build',
  spec: aliasedBuildxBuild,
  isOff: (env) => /^(?:0|f|false)$/i.test(env.get('DOCKER_BUILDKIT') ?? ''),
  notice: `DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0
            environment-variable.

`,
};

/** Commands on containers: most have a short spelling too. */
const container = {
  attach: has('attach', attach),
  commit: has('commit', commit),
  cp: has('cp', cp),
  create: has('create', create),
  diff: has('diff', diff),
  exec: has('exec', exec),
  export: has('export', exportContainer),
  kill: has('kill', kill),
  logs: has('logs', logs),
  pause: has('pause', pause),
  port: has('port', port),
  rename: has('rename', rename),
  restart: has('restart', restart),
  rm: has('rm', rm, ['remove']),
  run: has('run', run),
  start: has('start', start),
  stats: has('stats', stats),
  stop: has('stop', stop),
  top: has('top', top),
  unpause: has('unpause', unpause),
  update: has('update', update),
  wait: has('wait', wait),
};

const image = {
  build: { ...has('build', build), plugin: buildx },
  history: has('history', history),
  import: has('import', importImage),
  load: has('load', load),
  pull: has('pull', pull),
  push: has('push', push),
  save: has('save', save),
  tag: has('tag', tag),
};

const system = {
  events: has('events', events),
  info: has('info', info),
};

const containerGroup = group(
  'container',
  'Manage containers',
  byName([
    ...Object.values(container),
    has('inspect', inspectContainer),
    has('ls', ps, ['ps', 'list']),
    has('prune', containerPrune),
  ]),
);

const imageGroup = group(
  'image',
  'Manage images',
  byName([
    ...Object.values(image),
    has('inspect', inspectImage),
    has('ls', images, ['list']),
    has('prune', imagePrune),
    has('rm', rmi, ['rmi', 'remove']),
  ]),
);

const networkGroup = group('network', 'Manage networks', [
  has('connect', networkConnect),
  has('create', networkCreate),
  has('disconnect', networkDisconnect),
  has('inspect', networkInspect),
  has('ls', networkLs, ['list']),
  has('prune', networkPrune),
  has('rm', networkRm, ['remove']),
]);

const volumeGroup = group('volume', 'Manage volumes', [
  has('create', volumeCreate),
  has('inspect', volumeInspect),
  has('ls', volumeLs, ['list']),
  has('prune', volumePrune),
  has('rm', volumeRm, ['remove']),
]);

const systemGroup = group(
  'system',
  'Manage Docker',
  byName([...Object.values(system), has('df', systemDf), has('prune', systemPrune)]),
);

/** Short spellings do not go by their aliases: there is `docker container remove` and no `docker remove`. */
function short(entry: Entry): Entry {
  return { ...entry, aliases: [] };
}

function byName(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const common: readonly Entry[] = [
  container.run,
  container.exec,
  has('ps', ps),
  image.build,
  image.pull,
  image.push,
  has('images', images),
  has('login', login),
  has('logout', logout),
  has('search', search),
  has('version', version),
  system.info,
];

export const sections: readonly Section[] = [
  { title: 'Common Commands', entries: common },
  {
    title: 'Management Commands',
    entries: [
      group('builder', 'Manage builds', [image.build, has('prune', builderPrune)]),
      containerGroup,
      never('context', 'Manage contexts'),
      imageGroup,
      never('manifest', 'Manage Docker image manifests and manifest lists'),
      networkGroup,
      never('plugin', 'Manage plugins'),
      systemGroup,
      never('trust', 'Manage trust on Docker images'),
      volumeGroup,
    ],
  },
  { title: 'Swarm Commands', entries: [never('swarm', 'Manage Swarm')] },
  {
    title: 'Commands',
    legacy: true,
    entries: byName([
      ...[...Object.values(container), ...Object.values(image), system.events]
        .filter((entry) => !common.includes(entry))
        .map(short),
      has('inspect', inspect),
      has('rmi', rmi),
    ]),
  },
];

/** Docker lists these only for engines that have them. */
export const unlisted: readonly Entry[] = [
  never('checkpoint', 'Manage checkpoints'),
  never('config', 'Manage Swarm configs'),
  never('node', 'Manage Swarm nodes'),
  never('secret', 'Manage Swarm secrets'),
  never('service', 'Manage Swarm services'),
  never('stack', 'Manage Swarm stacks'),
  group('buildx', 'Extended build capabilities with BuildKit', [
    never('bake', 'Build from a file'),
    has('build', buildxBuild, ['b']),
    never('create', 'Create a new builder instance'),
    has('prune', builderPrune),
    never('use', 'Set the current builder instance'),
  ]),
  lacks('compose', 'Docker Compose'),
];
