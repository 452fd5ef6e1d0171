import { AgentError } from '../../protocol/agent-client.ts';
import { within } from '../clock.ts';
import type { EngineContext } from '../context.ts';
import { conflict, internal, notModified } from '../errors.ts';
import { parseSignal, requireSignal, sigkill, sigterm } from '../signals.ts';
import type { Container } from './container.ts';
import { containerEvent } from './event.ts';
import { untilHeard } from './hearing.ts';

const defaultStopTimeout = 10;
const killTimeout = 10_000;

/** Signals, stop and kill. https://github.com/moby/moby/blob/v28.5.2/daemon/{stop,kill}.go */
export class Stopper {
  readonly #context: Pick<EngineContext, 'agent' | 'clock' | 'events'>;

  constructor(context: Pick<EngineContext, 'agent' | 'clock' | 'events'>) {
    this.#context = context;
  }

  /** A negative timeout waits for ever. */
  async stop(container: Container, options: { timeout?: number; signal?: string }): Promise<void> {
    if (!container.state.running) return;
    const signal = options.signal ? parseSignal(options.signal) : stopSignalOf(container);
    const timeout = options.timeout ?? container.config.StopTimeout ?? defaultStopTimeout;
    if (timeout !== 0) await untilHeard(this.#context, container, signal);
    if (!container.state.running) return;
    const stopped = container.waiters.wait('not-running', container.state);
    await this.#signal(container, signal);
    if (timeout < 0) await stopped;
    else if (!(await within(timeout * 1000, stopped))) await this.kill(container);
    containerEvent(this.#context.events, container, 'stop');
  }

  /** SIGKILL is waited for, any other signal only sent. */
  async signal(container: Container, text: string | undefined): Promise<void> {
    const signal = text ? requireSignal(parseSignal(text)) : sigkill;
    if (signal === sigkill) return this.kill(container);
    requireRunning(container);
    await untilHeard(this.#context, container, signal);
    await this.#signal(container, signal);
  }

  async kill(container: Container): Promise<void> {
    requireRunning(container);
    const stopped = container.waiters.wait('not-running', container.state);
    await this.#signal(container, sigkill);
    if (!(await within(killTimeout, stopped)))
      throw internal('tried to kill container, but did not receive an exit event');
  }

  async #signal(container: Container, signal: number): Promise<void> {
    requireRunning(container);
    const ends = isEnd(container, signal);
    container.stoppedByUser = true;
    if (ends) container.restartCancelled = true;
    if (container.state.restarting) {
      container.cancelRestart?.();
      return;
    }
    const { id } = container;
    await ignoreGone(this.#context.agent.call('signal', { id, signal }));
    if (ends && container.state.paused) await this.#resume(container);
    containerEvent(this.#context.events, container, 'kill', { signal: String(signal) });
  }

  /** A frozen process takes its signal when it thaws. */
  async #resume(container: Container): Promise<void> {
    await ignoreGone(this.#context.agent.call('resume', { id: container.id }));
    container.state.paused = false;
  }
}

/** Not an error as such: the client is told that nothing had to be done. */
export function requireStoppable({ state }: Container): void {
  if (!state.running) throw notModified('container is already stopped');
}

export function requireRunning({ id, state }: Container): void {
  if (!state.running) throw conflict(`container ${id} is not running`);
}

/** With a stop signal of its own only that one and SIGKILL are meant to end a container. */
function isEnd({ config }: Container, signal: number): boolean {
  return !config.StopSignal || signal === sigkill || signal === parseSignal(config.StopSignal);
}

function stopSignalOf({ config }: Container): number {
  return config.StopSignal ? parseSignal(config.StopSignal) : sigterm;
}

/** A process that is gone already is what was wanted; its exit is on the way. */
async function ignoreGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof AgentError) || error.failure.code !== 'ESRCH') throw error;
  }
}
