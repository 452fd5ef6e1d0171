import type { Command, CommandMount, CommandResult, MadeLayer } from '../../build/solve/backend.ts';
import type { StepOutput } from '../../build/backend.ts';
import { tarEnd } from '../../oci/tar/writer.ts';
import type { ContainerSpec, SpecMount } from '../../protocol/agent.ts';
import { AgentError } from '../../protocol/agent-client.ts';
import { fullConfig } from '../containers/config.ts';
import type { Container } from '../containers/container.ts';
import { newContainer } from '../containers/container.ts';
import { fullHostConfig } from '../containers/hostconfig.ts';
import { Identities } from '../containers/identities.ts';
import type { EngineContext } from '../context.ts';
import { internal } from '../errors.ts';
import { Events } from '../events.ts';
import { startFailure } from '../failure.ts';
import type { ContainerTrees } from '../files/containertrees.ts';
import { layerTar } from '../files/layertar.ts';
import { parseContainerId, randomId } from '../ids.ts';
import type { LayerCollector } from '../images/layercollector.ts';
import type { LayerContent } from '../images/layercontent.ts';
import type { ProcessStreams } from '../io/stdio.ts';
import { openStreams, pump, resetStreams } from '../io/stdio.ts';
import { attachments } from '../networks/attachments.ts';
import { Connector } from '../networks/connector.ts';
import { buildSpec } from '../spec/spec.ts';
import { CacheDirectories } from './cache-directories.ts';
import { touchedDirectories } from './mount-points.ts';
import { networkFiles } from './network-files.ts';
import { SandboxMounts } from './sandbox-mounts.ts';
import type { Digest } from '../../oci/digest.ts';

export type SandboxContext = Pick<
  EngineContext,
  'agent' | 'cacheMounts' | 'clock' | 'images' | 'layers' | 'machine' | 'networks' | 'processes'
>;

const defaultHostname = 'buildkitsandbox';
const killSignal = 9;

/** Containers for the commands of builds: in no list, without events and logs, gone when the command has ended. */
export class Sandboxes {
  readonly #context: SandboxContext;
  readonly #trees: ContainerTrees;
  readonly #content: Pick<LayerContent, 'create'>;
  readonly #connector: Connector;
  readonly #identities: Identities;
  readonly #mounts: SandboxMounts;
  /** What commands' mounts keep from one build to the next. */
  readonly caches: CacheDirectories;

  constructor(
    context: SandboxContext,
    trees: ContainerTrees,
    content: Pick<LayerContent, 'create' | 'named' | 'pin'>,
    collector: LayerCollector,
  ) {
    this.#context = context;
    this.#trees = trees;
    this.#content = content;
    // Nobody hears of these containers.
    this.#connector = new Connector({ networks: context.networks, events: new Events(context.clock) });
    this.#identities = new Identities(context.layers);
    this.caches = new CacheDirectories({ context, content, collector });
    this.#mounts = new SandboxMounts(context, this.caches);
  }

  /** Runs a command to its end. When it is aborted, or rejects for another reason, nothing is left of the container. */
  async run(command: Command, output: StepOutput, signal: AbortSignal): Promise<CommandResult> {
    signal.throwIfAborted();
    const container = newSandbox(command, this.#context.clock.now());
    const { resolver } = this.#context.machine;
    const mounts = [...networkFiles(container, resolver), ...sharedMemory(command), ...command.mounts];
    const mounted = await this.#mounts.take(container.id, { ...command, mounts }, signal);
    try {
      const code = await this.#execute(container, command, mounted.mounts, output, signal);
      signal.throwIfAborted();
      if (code !== 0) return { code };
      return { code: 0, layer: await this.#layer(container, command) };
    } finally {
      this.#connector.disconnect(container);
      if (container.hasSnapshot) await this.#context.agent.call('remove', { id: container.id });
      await mounted.release();
    }
  }

  async #execute(
    container: Container,
    command: Command,
    mounts: readonly SpecMount[],
    output: StepOutput,
    signal: AbortSignal,
  ): Promise<number> {
    const { agent, layers, machine, processes } = this.#context;
    const names = await layers.ensureForBuild(container.layers);
    await this.#connector.connect(container);
    const expected = processes.expect();
    const streams = openStreams(agent, { tty: undefined, stdin: false, stdout: true, stderr: true });
    try {
      const place = {
        process: expected.process,
        stdio: streams.stdio,
        layers: names,
        identity: await this.#identities.of(container),
        sandbox: container.sandbox,
        resolver: machine.resolver,
        kernel: machine.kernel,
      };
      const spec = specOf(buildSpec(container, place), command, mounts);
      container.hasSnapshot = true;
      await agent.call('start', spec);
    } catch (error) {
      expected.forget();
      resetStreams(streams);
      return notStarted(error, command, output);
    }
    return this.#follow(container, streams, expected.exited, output, signal);
  }

  async #follow(
    { id }: Container,
    streams: ProcessStreams,
    exited: Promise<{ code: number }>,
    output: StepOutput,
    signal: AbortSignal,
  ): Promise<number> {
    const kill = () =>
      void this.#context.agent.call('signal', { id, signal: killSignal, all: true }).catch(() => undefined);
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
    try {
      const drained = pump(streams, ({ stream, bytes }) => output(stream, bytes));
      const { code } = await exited;
      await drained.catch(() => undefined);
      return code;
    } finally {
      signal.removeEventListener('abort', kill);
      resetStreams(streams);
    }
  }

  /** Nothing that has changed is a layer, too, if an empty one. */
  async #layer(container: Container, { mounts }: Command): Promise<MadeLayer> {
    const places = [...mounts.map(({ target }) => target), '/proc', '/sys', '/dev'];
    const touched = touchedDirectories(await this.#context.layers.open(container.layers), container.created);
    const tar = await layerTar(this.#context, this.#trees, container, { places, touched });
    return this.#content.create(tar ?? nothing());
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(tarEnd);
}

function newSandbox(
  { layers, args, env, directory, user, network, insecure, hostname, host: given }: Command,
  now: number,
): Container {
  const [path = '', ...rest] = args;
  const id = parseContainerId(randomId());
  const host = fullHostConfig({
    ...given,
    ...(network !== 'default' && { NetworkMode: network }),
    Privileged: insecure,
    LogConfig: { Type: 'none', Config: null },
  });
  const request = { Env: [...env], WorkingDir: directory, User: user, Cmd: [...args], Entrypoint: [''] };
  const config = fullConfig(request, {}, hostname || defaultHostname);
  return newContainer({
    id,
    name: id,
    created: now,
    path,
    args: rest,
    // Users are looked up once for the same layers.
    imageId: layers.join() as Digest,
    layers,
    config,
    hostConfig: host,
    networks: attachments(host.NetworkMode, {}),
    mounts: [],
  });
}

/** With a size of its own it is a mount like any other in BuildKit. */
function sharedMemory({ host: { ShmSize: size } }: Command): CommandMount[] {
  return size ? [{ target: '/dev/shm', readonly: false, source: { kind: 'tmpfs', size } }] : [];
}

/** The environment is what the Dockerfile says. */
function specOf(spec: ContainerSpec, { env }: Command, mounts: readonly SpecMount[]): ContainerSpec {
  return { ...spec, files: 'none', mounts: [...mounts], process: { ...spec.process, env: [...env] } };
}

function unknownUser(user: string, message: string): string {
  const [name = '', group = ''] = user.split(':');
  return /group/.test(message) && group !== ''
    ? `unable to find group ${group}: no matching entries in group file`
    : `unable to find user ${name}: no matching entries in passwd file`;
}

/** What cannot be executed is told as runc tells it; what is wrong before that is an error. */
function notStarted(error: unknown, { args, user }: Command, output: StepOutput): number {
  const [program = ''] = args;
  const failure = startFailure(error, program, 'start');
  if (error instanceof AgentError && error.failure.step === 'user')
    throw internal(unknownUser(user, error.failure.message), error);
  if (failure.exitCode === 128) throw failure.error;
  const reason = failure.error.message.replace(/^.*unable to start container process: /s, '');
  const text = `runc run failed: unable to start container process: ${reason}\n`;
  output('stderr', new TextEncoder().encode(text));
  return 1;
}
