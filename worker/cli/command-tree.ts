import type { CommandSpec } from './command-spec.ts';
import { attach } from './commands/attach.ts';
import { create } from './commands/create.ts';
import { exec } from './commands/exec.ts';
import { images } from './commands/images.ts';
import { info } from './commands/info.ts';
import { inspect, inspectContainer, inspectImage } from './commands/inspect.ts';
import { kill } from './commands/kill.ts';
import { logs } from './commands/logs.ts';
import { pause, unpause } from './commands/pause.ts';
import { ps } from './commands/ps.ts';
import { pull } from './commands/pull.ts';
import { rm } from './commands/rm.ts';
import { run } from './commands/run.ts';
import { start } from './commands/start.ts';
import { stop } from './commands/stop.ts';
import { version } from './commands/version.ts';
import { wait } from './commands/wait.ts';

/** A name in the tree of commands; one without a `spec` is Docker's and not available yet. */
export interface Entry {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly short: string;
  readonly spec?: CommandSpec;
  readonly group?: Group;
}

export interface Group {
  readonly short: string;
  readonly commands: readonly Entry[];
}

/** A part of the list in `docker --help`. */
interface Section {
  readonly title: string;
  readonly entries: readonly Entry[];
}

function has(name: string, spec: CommandSpec, aliases: readonly string[] = []): Entry {
  return { name, short: spec.short, spec, aliases };
}

function lacks(name: string, short: string, aliases: readonly string[] = []): Entry {
  return { name, short, aliases };
}

function group(name: string, short: string, commands: readonly Entry[]): Entry {
  return { name, short, group: { short, commands } };
}

/** Commands on containers: most have a short spelling too. */
const container = {
  attach: has('attach', attach),
  commit: lacks('commit', "Create a new image from a container's changes"),
  cp: lacks('cp', 'Copy files/folders between a container and the local filesystem'),
  create: has('create', create),
  diff: lacks('diff', "Inspect changes to files or directories on a container's filesystem"),
  exec: has('exec', exec),
  export: lacks('export', "Export a container's filesystem as a tar archive"),
  kill: has('kill', kill),
  logs: has('logs', logs),
  pause: has('pause', pause),
  port: lacks('port', 'List port mappings or a specific mapping for the container'),
  rename: lacks('rename', 'Rename a container'),
  restart: lacks('restart', 'Restart one or more containers'),
  rm: has('rm', rm, ['remove']),
  run: has('run', run),
  start: has('start', start),
  stats: lacks('stats', 'Display a live stream of container(s) resource usage statistics'),
  stop: has('stop', stop),
  top: lacks('top', 'Display the running processes of a container'),
  unpause: has('unpause', unpause),
  update: lacks('update', 'Update configuration of one or more containers'),
  wait: has('wait', wait),
};

const image = {
  build: lacks('build', 'Build an image from a Dockerfile'),
  history: lacks('history', 'Show the history of an image'),
  import: lacks('import', 'Import the contents from a tarball to create a filesystem image'),
  load: lacks('load', 'Load an image from a tar archive or STDIN'),
  pull: has('pull', pull),
  push: lacks('push', 'Upload an image to a registry'),
  save: lacks('save', 'Save one or more images to a tar archive (streamed to STDOUT by default)'),
  tag: lacks('tag', 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE'),
};

const system = {
  events: lacks('events', 'Get real time events from the server'),
  info: has('info', info),
};

const containerGroup = group(
  'container',
  'Manage containers',
  byName([
    ...Object.values(container),
    has('inspect', inspectContainer),
    has('ls', ps, ['ps', 'list']),
    lacks('prune', 'Remove all stopped containers'),
  ]),
);

const imageGroup = group(
  'image',
  'Manage images',
  byName([
    ...Object.values(image),
    has('inspect', inspectImage),
    has('ls', images, ['list']),
    lacks('prune', 'Remove unused images'),
    lacks('rm', 'Remove one or more images', ['remove']),
  ]),
);

const systemGroup = group(
  'system',
  'Manage Docker',
  byName([
    ...Object.values(system),
    lacks('df', 'Show docker disk usage'),
    lacks('prune', 'Remove unused data'),
  ]),
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
  lacks('login', 'Authenticate to a registry'),
  lacks('logout', 'Log out from a registry'),
  lacks('search', 'Search Docker Hub for images'),
  has('version', version),
  system.info,
];

export const sections: readonly Section[] = [
  { title: 'Common Commands', entries: common },
  {
    title: 'Management Commands',
    entries: [
      lacks('builder', 'Manage builds'),
      containerGroup,
      lacks('context', 'Manage contexts'),
      imageGroup,
      lacks('manifest', 'Manage Docker image manifests and manifest lists'),
      lacks('network', 'Manage networks'),
      lacks('plugin', 'Manage plugins'),
      systemGroup,
      lacks('trust', 'Manage trust on Docker images'),
      lacks('volume', 'Manage volumes'),
    ],
  },
  { title: 'Swarm Commands', entries: [lacks('swarm', 'Manage Swarm')] },
  {
    title: 'Commands',
    entries: byName([
      ...[...Object.values(container), ...Object.values(image), system.events]
        .filter((entry) => !common.includes(entry))
        .map(short),
      has('inspect', inspect),
      lacks('rmi', 'Remove one or more images'),
    ]),
  },
];
