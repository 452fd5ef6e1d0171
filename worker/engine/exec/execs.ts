import type { Attached, ExecConfig, ExecStartOptions, OutputChunk, Sink } from '../../protocol/engine-api.ts';
import { AgentError } from '../../protocol/agent-client.ts';
import { within } from '../clock.ts';
import type { Container } from '../containers/container.ts';
import { containerEvent } from '../containers/event.ts';
import { requireRunning } from '../containers/stopper.ts';
import type { EngineContext } from '../context.ts';
import { deferred } from '../deferred.ts';
import { conflict, internal, invalid } from '../errors.ts';
import { lateFailure, lateFailureCode, startFailure } from '../failure.ts';
import { randomId } from '../ids.ts';
import { detachable, parseDetachKeys } from '../io/detachkeys.ts';
import { Fanout } from '../io/fanout.ts';
import type { Subscription } from '../io/subscription.ts';
import type { ProcessStreams } from '../io/stdio.ts';
import { openStreams, pump, releaseInput, resetStreams } from '../io/stdio.ts';
import type { ExpectedProcess } from '../processes.ts';
import { buildExecSpec } from '../spec/spec.ts';
import type { Check } from '../health/check.ts';
import { sigkill } from '../signals.ts';
import type { Exec } from './exec.ts';
import type { ProbeOutcome } from './probe.ts';
import { awaitProbe } from './probe.ts';
import type { ExecStore } from './store.ts';

type ExecContext = Pick<
  EngineContext,
  'agent' | 'clock' | 'containers' | 'events' | 'machine' | 'processes'
> & {
  readonly execs: ExecStore;
};

/** How long a new size waits for the process: clients send it as soon as they are attached. */
const launchTimeout = 10_000;

/** How long the output of a process that has ended is waited for: its children may hold it open for ever. */
const quietTimeout = 2000;

/** https://github.com/moby/moby/blob/v28.5.2/daemon/exec.go */
export class Execs {
  readonly #context: ExecContext;

  constructor(context: ExecContext) {
    this.#context = context;
  }

  /** A user is looked up now, so that the client learns at once that there is none. */
  async create(container: Container, given: string, config: ExecConfig): Promise<{ Id: string }> {
    requireActive(container, given);
    if (!config.Cmd?.length) throw invalid('No exec command specified');
    if (config.User) await this.#requireUser(container, config.User);
    return this.#add(container, config);
  }

  async #requireUser({ id }: Container, user: string): Promise<void> {
    try {
      await this.#context.agent.call('user', { id, user });
    } catch (error) {
      throw error instanceof AgentError && error.failure.step === 'user' ? invalid(error.message) : error;
    }
  }

  #add(container: Container, config: ExecConfig): { Id: string } {
    const { Cmd } = config;
    if (!Cmd) throw invalid('No exec command specified');
    if (parseDetachKeys(config.DetachKeys) === undefined)
      throw internal(`Invalid escape keys (${config.DetachKeys}) provided`);
    const exec: Exec = {
      id: randomId(),
      container,
      config: { ...config, Cmd },
      running: false,
      started: false,
      launched: deferred(),
      exitCode: null,
      pid: 0,
      process: undefined,
      terminal: undefined,
      finishedAt: undefined,
      endTold: false,
    };
    this.#context.execs.add(exec);
    this.#tell(exec, `exec_create: ${commandLine(Cmd)}`);
    return { Id: exec.id };
  }

  /** Attached, a program that cannot be executed is an output; detached, an error. */
  async start(id: string, options: ExecStartOptions): Promise<Attached> {
    const exec = this.#claim(id);
    const output = new Fanout();
    const raw = exec.config.Tty ?? false;
    this.#tell(exec, `exec_start: ${commandLine(exec.config.Cmd)}`);
    const subscription = output.subscribe(options.Detach ? [] : attachedStreams(exec.config));
    try {
      const stdin = await this.#launch(exec, options, output);
      if (stdin === undefined) return { raw, output: subscription };
      return { raw, stdin: raw ? this.#detachable(exec, stdin, subscription) : stdin, output: subscription };
    } catch (error) {
      this.#failed(exec, error, options, output);
      return { raw, output: subscription };
    }
  }

  #detachable(exec: Exec, stdin: Sink, output: Subscription): Sink {
    return detachable(stdin, parseDetachKeys(exec.config.DetachKeys) ?? new Uint8Array(), () => {
      this.#tell(exec, 'exec_detach');
      output.finish();
    });
  }

  /** Runs a health check's command. @throws what keeps it from being started */
  async probe(container: Container, check: Check, signal: AbortSignal): Promise<ProbeOutcome> {
    const streams = { AttachStdout: true, AttachStderr: true };
    const { Id } = this.#add(container, { Cmd: [...check.command], ...streams });
    const exec = this.#claim(Id);
    this.#tell(exec, `exec_start: ${commandLine(exec.config.Cmd)}`);
    const output = new Fanout();
    const subscription = output.subscribe(['stdout', 'stderr']);
    await this.#launch(exec, {}, output).catch((error: unknown) =>
      this.#failed(exec, error, { Detach: true }, output),
    );
    const kill = () => void this.#kill(exec);
    const process = { output: subscription, kill, exitCode: () => exec.exitCode ?? -1 };
    return awaitProbe(process, check.timeout, signal);
  }

  /** One that has ended already is what was wanted. */
  async #kill({ container, process, running }: Exec): Promise<void> {
    if (!running || process === undefined) return;
    const params = { id: container.id, process, signal: sigkill };
    await this.#context.agent.call('signal', params).catch(() => undefined);
  }

  async resize(id: string, { h, w }: { h: number; w: number }): Promise<void> {
    const exec = this.#context.execs.get(id);
    requireActive(exec.container, exec.container.id);
    if (!(await within(launchTimeout, exec.launched.promise)))
      throw internal('timeout waiting for exec session ready');
    if (!exec.running || exec.process === undefined) throw invalid('exec process is not started');
    if (exec.terminal === undefined) return;
    await this.#context.agent.call('resize', { stream: exec.terminal, size: { rows: h, cols: w } });
  }

  #claim(id: string): Exec {
    const exec = this.#context.execs.get(id);
    requireActive(exec.container, exec.container.id);
    if (exec.exitCode !== null) throw conflict(`exec command ${id} has already run`);
    if (exec.started) throw conflict(`exec command ${id} is already running`);
    exec.started = true;
    exec.running = true;
    return exec;
  }

  async #launch(exec: Exec, options: ExecStartOptions, output: Fanout): Promise<Attached['stdin']> {
    try {
      return await this.#begin(exec, options, output);
    } finally {
      exec.launched.resolve();
    }
  }

  async #begin(exec: Exec, options: ExecStartOptions, output: Fanout): Promise<Attached['stdin']> {
    const { agent, machine, processes } = this.#context;
    const { container, config } = exec;
    const expected = processes.expect();
    const streams = openStreams(agent, stdioOf(config, options));
    try {
      const place = { process: expected.process, stdio: streams.stdio, kernel: machine.kernel };
      const { pid } = await agent.call('exec', {
        id: container.id,
        ...buildExecSpec(container, config, place),
      });
      exec.pid = pid;
      exec.process = expected.process;
    } catch (error) {
      expected.forget();
      resetStreams(streams);
      throw error;
    }
    this.#follow(exec, streams, expected, output);
    return options.Detach ? undefined : stdinOf(streams);
  }

  #follow(exec: Exec, streams: ProcessStreams, { exited }: ExpectedProcess, output: Fanout): void {
    if ('tty' in streams.stdio) exec.terminal = streams.stdio.tty;
    const activity = { chunks: 0, waiting: 0 };
    const drained = pump(streams, (chunk) => handOn(chunk, output, activity)).catch(() => undefined);
    void drained.then(() => resetStreams(streams));
    void this.#watch(exec, streams, exited, () => this.#drain(drained, activity)).finally(() => output.end());
  }

  async #watch(
    exec: Exec,
    streams: ProcessStreams,
    exited: ExpectedProcess['exited'],
    drain: () => Promise<void>,
  ): Promise<void> {
    const { code } = await exited;
    releaseInput(streams);
    await drain();
    this.#exited(exec, code);
  }

  /** Waits until the output has ended, or nothing has come for a while though its reader was ready. */
  async #drain(drained: Promise<void>, activity: Readonly<Activity>): Promise<void> {
    for (;;) {
      const { chunks } = activity;
      if (await within(quietTimeout, drained)) return;
      if (activity.waiting === 0 && activity.chunks === chunks) return;
    }
  }

  #exited(exec: Exec, code: number): void {
    this.#ended(exec, code);
    this.#tell(exec, 'exec_die', { exitCode: String(code) });
  }

  #ended(exec: Exec, code: number): void {
    Object.assign(exec, {
      running: false,
      exitCode: code,
      terminal: undefined,
      finishedAt: this.#context.clock.now(),
    });
    exec.container.execs.delete(exec.id);
  }

  #tell(exec: Exec, action: string, attributes: Record<string, string> = {}): void {
    containerEvent(this.#context.events, exec.container, action, { execID: exec.id, ...attributes });
  }

  /** The client has its answer already when the process is found not to start, so the text goes into the stream. */
  #failed(exec: Exec, cause: unknown, { Detach }: ExecStartOptions, output: Fanout): void {
    const program = exec.config.Cmd[0] ?? '';
    const late = lateFailure(cause, program);
    if (late !== undefined) {
      this.#exited(exec, lateFailureCode);
      return this.#saidBy('stderr', late, output);
    }
    const { error, exitCode } = startFailure(cause, program, 'exec');
    this.#ended(exec, exitCode === 128 ? 126 : exitCode);
    this.#saidBy('stdout', Detach ? '' : `${error.message}\r\n`, output);
    if (Detach) throw error;
  }

  #saidBy(stream: OutputChunk['stream'], text: string, output: Fanout): void {
    void output.write({ stream, bytes: new TextEncoder().encode(text) });
    output.end();
  }
}

interface Activity {
  chunks: number;
  /** Chunks that a reader has no room for. */
  waiting: number;
}

function handOn(chunk: OutputChunk, output: Fanout, activity: Activity): Promise<unknown> | undefined {
  activity.chunks += 1;
  const room = output.write(chunk);
  if (room === undefined) return undefined;
  activity.waiting += 1;
  return room.finally(() => {
    activity.waiting -= 1;
  });
}

function requireActive(container: Container, given: string): void {
  requireRunning(container);
  if (container.state.paused)
    throw conflict(`Container ${given} is paused, unpause the container before exec`);
  if (container.state.restarting)
    throw conflict(`Container ${container.id} is restarting, wait until the container is running`);
}

/** As Docker writes a command in events, with a space after the program in any case. */
function commandLine([program = '', ...args]: readonly string[]): string {
  return `${program} ${args.join(' ')}`;
}

function attachedStreams(config: ExecConfig): OutputChunk['stream'][] {
  return [
    ...(config.AttachStdout ? (['stdout'] as const) : []),
    ...(config.AttachStderr ? (['stderr'] as const) : []),
  ];
}

function stdioOf(
  config: ExecConfig,
  { Detach, ConsoleSize }: ExecStartOptions,
): Parameters<typeof openStreams>[1] {
  const [rows, cols] = ConsoleSize ?? config.ConsoleSize ?? [0, 0];
  return {
    tty: config.Tty ? { rows, cols } : undefined,
    stdin: (config.AttachStdin ?? false) && !Detach,
    stdout: (config.AttachStdout ?? false) && !Detach,
    stderr: (config.AttachStderr ?? false) && !Detach,
  };
}

function stdinOf({ stdin }: ProcessStreams): Attached['stdin'] {
  if (stdin === undefined) return undefined;
  return { write: (bytes) => stdin.write(bytes), close: () => stdin.end() };
}
