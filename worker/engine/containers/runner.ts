import type { ExitedEvent } from '../../protocol/agent.ts';
import { within } from '../clock.ts';
import type { EngineContext } from '../context.ts';
import { conflict, notModified } from '../errors.ts';
import { lateFailure, lateFailureCode, startFailure, type StartMount } from '../failure.ts';
import type { ExecStore } from '../exec/store.ts';
import { Fanout } from '../io/fanout.ts';
import { logAttributes } from '../logs/attributes.ts';
import type { ProcessStreams } from '../io/stdio.ts';
import { openStreams, pump, releaseInput, resetStreams } from '../io/stdio.ts';
import type { ExpectedProcess } from '../processes.ts';
import { announce } from '../networks/announcer.ts';
import { type Connector, networkFailure } from '../networks/connector.ts';
import { linkEnv, linkHosts } from '../spec/links.ts';
import { buildSpec } from '../spec/spec.ts';
import { Identities } from './identities.ts';
import { volumeEvents } from '../volumes/event.ts';
import type { Container } from './container.ts';
import { containerEvent } from './event.ts';
import { liveLinks } from './links.ts';
import { logSpec } from './logconfig.ts';
import { otherContainer } from './modes.ts';
import { mountedLayers } from './mountedimages.ts';
import type { Remover } from './remover.ts';
import { nextRestart } from './restartpolicy.ts';
import { filesOwner, networkOwner, requireShared } from './sharing.ts';
import { setRestarting, setRunning, setStopped } from './state.ts';

type RunnerContext = Pick<
  EngineContext,
  'agent' | 'clock' | 'containers' | 'events' | 'processes' | 'layers' | 'logs' | 'machine'
> & { readonly execs: ExecStore };

/** How long Docker waits for a slow reader before it calls a container exited. */
const drainTimeout = 2000;

/** One run of a container's first process. */
interface Run {
  readonly streams: ProcessStreams;
  readonly exited: Promise<ExitedEvent>;
  /** Its output has been read to the end and handed on. */
  readonly drained: Promise<void>;
}

/** Starts containers and follows them to their end. */
export class Runner {
  readonly #context: RunnerContext;
  readonly #remover: Remover;
  readonly #connector: Connector;
  readonly #identities: Identities;

  constructor(context: RunnerContext, remover: Remover, connector: Connector) {
    this.#context = context;
    this.#remover = remover;
    this.#connector = connector;
    this.#identities = new Identities(context.layers);
  }

  /** Resolves when the process runs. A container that fails to start is what it was, with its error. */
  start(container: Container): Promise<void> {
    requireStartable(container);
    return this.startAgain(container);
  }

  /** One that runs already is left alone. */
  startAgain(container: Container): Promise<void> {
    return container.lock.run(async () => {
      if (container.state.running) return;
      requireStartable(container);
      container.stoppedByUser = false;
      container.restartCancelled = false;
      container.restartCount = 0;
      Object.assign(container.restart, { delay: 0, failures: 0 });
      await this.#run(container);
    });
  }

  async #run(container: Container): Promise<void> {
    try {
      await this.#launch(container);
    } catch (error) {
      throw await this.#failed(container, error);
    }
  }

  /** The one call to the agent. */
  async #launch(container: Container): Promise<void> {
    const { agent, layers, machine, processes, clock } = this.#context;
    await requireShared(this.#context.containers, container);
    this.#shareNames(container);
    const log = logSpec(container.hostConfig.LogConfig);
    logAttributes(container);
    const directories = await layers.ensure(container.layers);
    await layers.ensure(mountedLayers(container));
    await this.#connector.connect(container);
    const links = liveLinks(this.#context.containers.links.of(container), container);
    container.linkEnv = linkEnv(container.name, links);
    const expected = processes.expect();
    const streams = openStreams(agent, stdioOf(container));
    const startedAt = clock.now();
    try {
      const place = {
        process: expected.process,
        stdio: streams.stdio,
        layers: directories,
        identity: await this.#identities.of(container),
        sandbox: container.sandbox,
        linkHosts: linkHosts(links),
        filesOwner: filesOwner(this.#context.containers, container),
        resolver: machine.resolver,
        kernel: machine.kernel,
      };
      const spec = { ...buildSpec(container, place), ...(log && { log }) };
      container.hasSnapshot = true;
      const { pid } = await agent.call('start', spec);
      setRunning(container.state, pid, startedAt);
      await announce(this.#context, container);
    } catch (error) {
      expected.forget();
      resetStreams(streams);
      const refused = networkFailure(error, container);
      if (refused !== undefined) throw refused;
      const text = lateFailure(error, container.path);
      if (text === undefined) throw error;
      return this.#stillborn(container, text, startedAt);
    }
    this.#follow(container, streams, expected);
    volumeEvents(this.#context.events, container, 'mount');
    containerEvent(this.#context.events, container, 'start');
  }

  /** Who shares a network has its owner's names. */
  #shareNames({ id, config, hostConfig }: Container): void {
    const owner = otherContainer(hostConfig.NetworkMode);
    if (owner === undefined) return;
    const { Hostname, Domainname } = networkOwner(this.#context.containers, id, owner).config;
    Object.assign(config, { Hostname, Domainname });
  }

  async #failed(container: Container, error: unknown): Promise<Error> {
    const failure = startFailure(error, container.path, 'start', mountsOf(container));
    container.state.error = failure.error.message;
    container.state.exitCode = failure.exitCode;
    this.#connector.disconnect(container);
    this.#disconnect(container).end();
    if (container.hostConfig.AutoRemove) await this.#remover.remove(container);
    return failure.error;
  }

  #follow(container: Container, streams: ProcessStreams, { exited }: ExpectedProcess): void {
    container.input.connect(streams.stdin);
    container.terminal = 'tty' in streams.stdio ? streams.stdio.tty : undefined;
    const run = { streams, exited, drained: this.#carry(container, streams).catch(() => undefined) };
    this.#watch(container, run).catch((error: unknown) => {
      container.state.error = String(error);
    });
  }

  /** A run that says why it could not be, and ends. */
  async #stillborn(container: Container, text: string, startedAt: number): Promise<void> {
    const { clock, events, logs } = this.#context;
    const chunk = { stream: 'stderr' as const, bytes: new TextEncoder().encode(text) };
    setRunning(container.state, 0, startedAt);
    containerEvent(events, container, 'start');
    const log = logSpec(container.hostConfig.LogConfig);
    if (log) await logs.say(container.id, text, log);
    void container.output.write(chunk);
    this.#disconnect(container).end();
    this.#tellEnd(container, lateFailureCode, clock.now());
    await this.#ended(container, lateFailureCode, clock.now());
  }

  /** Moves the run's output to whoever is attached; the guest has logged it already. */
  async #carry({ id, output }: Container, streams: ProcessStreams): Promise<void> {
    const { logs } = this.#context;
    logs.begin(id);
    try {
      await pump(streams, (chunk) => {
        logs.received(id, chunk);
        return output.write(chunk);
      });
    } finally {
      logs.end(id);
      output.end();
    }
  }

  async #watch(container: Container, run: Run): Promise<void> {
    const { code, oomKilled } = await run.exited;
    const finishedAt = this.#context.clock.now();
    releaseInput(run.streams);
    await within(drainTimeout, run.drained);
    void run.drained.then(() => resetStreams(run.streams));
    container.state.oomKilled = oomKilled;
    // The agent was told at the start, so nothing of it is left in the guest.
    if (container.hostConfig.AutoRemove && !container.restartedByUser) container.hasSnapshot = false;
    this.#disconnect(container);
    if (oomKilled) containerEvent(this.#context.events, container, 'oom');
    volumeEvents(this.#context.events, container, 'unmount');
    this.#tellEnd(container, code, finishedAt);
    await this.#ended(container, code, finishedAt);
  }

  #tellEnd(container: Container, exitCode: number, finishedAt: number): void {
    this.#connector.disconnect(container);
    const seconds = Math.trunc((finishedAt - (container.state.startedAt ?? finishedAt)) / 1000);
    const attributes = { exitCode: String(exitCode), execDuration: String(seconds) };
    containerEvent(this.#context.events, container, 'die', attributes);
  }

  /** What is attached from now on is attached to the next run. Gives the output of the one before. */
  #disconnect(container: Container): Fanout {
    const { output } = container;
    container.output = new Fanout();
    container.terminal = undefined;
    container.input.disconnect();
    this.#context.execs.deleteUnstarted(container);
    return output;
  }

  async #ended(container: Container, exitCode: number, finishedAt: number): Promise<void> {
    const { hostConfig, restart, state, stoppedByUser, restartCancelled } = container;
    const milliseconds = finishedAt - (state.startedAt ?? finishedAt);
    const delay = nextRestart(hostConfig.RestartPolicy, restart, {
      exitCode,
      milliseconds,
      stoppedByUser,
      restartCancelled,
    });
    if (delay !== undefined) return this.#restart(container, exitCode, finishedAt, delay);
    setStopped(state, exitCode, finishedAt);
    container.waiters.stopped(state);
    if (hostConfig.AutoRemove && !container.restartedByUser) await this.#remover.remove(container);
  }

  async #restart(container: Container, exitCode: number, finishedAt: number, delay: number): Promise<void> {
    setRestarting(container.state, exitCode, finishedAt);
    container.waiters.stopped(container.state);
    container.restartCount += 1;
    const cancelled = await pause(container, delay);
    await container.lock.run(async () => {
      if (cancelled || !container.state.restarting) return this.#giveUp(container, exitCode, finishedAt);
      await this.#run(container).catch(() => this.#giveUp(container, container.state.exitCode, finishedAt));
    });
  }

  #giveUp(container: Container, exitCode: number, finishedAt: number): void {
    setStopped(container.state, exitCode, finishedAt);
    container.waiters.stopped(container.state);
  }
}

/** https://github.com/moby/moby/blob/v28.5.2/daemon/start.go (validateState) */
function requireStartable({ state }: Container): void {
  if (state.paused) throw conflict('cannot start a paused container, try unpause instead');
  if (state.running) throw notModified('container is already running');
  if (state.removing || state.dead) throw conflict('container is marked for removal and cannot be started');
}

function stdioOf({ config, hostConfig }: Container): Parameters<typeof openStreams>[1] {
  const [rows, cols] = hostConfig.ConsoleSize;
  return {
    tty: config.Tty ? { rows, cols } : undefined,
    stdin: config.OpenStdin,
    stdout: true,
    stderr: true,
  };
}

/** Whether the wait was cut short. */
function pause(container: Container, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), milliseconds);
    container.cancelRestart = () => {
      clearTimeout(timer);
      resolve(true);
    };
  });
}

function mountsOf({ mounts, hostConfig }: Container): StartMount[] {
  return [
    ...mounts.map(({ type, source, destination: target }) => ({
      source: type === 'tmpfs' ? type : source,
      target,
    })),
    ...Object.keys(hostConfig.Tmpfs ?? {}).map((target) => ({ source: 'tmpfs', target })),
  ];
}
