import type { Agent } from '../protocol/agent-client.ts';
import type { ExitedEvent } from '../protocol/agent.ts';

/** Tells the agent's `exited` events apart by process. */
export class Processes {
  readonly #agent: Agent;
  readonly #waiting = new Map<number, (event: ExitedEvent) => void>();

  constructor(agent: Agent) {
    this.#agent = agent;
    agent.on('exited', (event) => this.#exited(event));
  }

  /** Announces a process before it is started, since it may have ended by the time the start is answered. */
  expect(): ExpectedProcess {
    const process = this.#agent.newProcess();
    const exited = new Promise<ExitedEvent>((resolve) => this.#waiting.set(process, resolve));
    return { process, exited, forget: () => this.#waiting.delete(process) };
  }

  #exited(event: ExitedEvent): void {
    const resolve = this.#waiting.get(event.process);
    this.#waiting.delete(event.process);
    resolve?.(event);
  }
}

export interface ExpectedProcess {
  readonly process: number;
  readonly exited: Promise<ExitedEvent>;
  /** It was not started after all. */
  forget(): void;
}
