import type { AgentCalls, AgentEvents, AgentFailure, AgentMethod } from './agent.ts';

/** The guest's agent, as the engine drives it. */
export interface Agent {
  /** Rejects with an {@link AgentError} when the agent says that it failed. */
  call<M extends AgentMethod>(method: M, params: AgentCalls[M][0]): Promise<AgentCalls[M][1]>;
  /** Handlers are called in the order of the agent's messages. Returns what takes the handler away again. */
  on<E extends keyof AgentEvents>(event: E, handler: (event: AgentEvents[E]) => void): () => void;
  /** Opens a stream before the call that names its id. */
  openStream(): AgentStream;
  /** A number for a process (`ProcessSpec.process`) that nothing else in the machine uses. */
  newProcess(): number;
}

/** An agent that adds something to another one's calls, and hands on all else. */
export abstract class WrappedAgent implements Agent {
  protected readonly agent: Agent;

  constructor(agent: Agent) {
    this.agent = agent;
  }

  abstract call<M extends AgentMethod>(method: M, params: AgentCalls[M][0]): Promise<AgentCalls[M][1]>;

  on<E extends keyof AgentEvents>(event: E, handler: (event: AgentEvents[E]) => void): () => void {
    return this.agent.on(event, handler);
  }

  openStream(): AgentStream {
    return this.agent.openStream();
  }

  newProcess(): number {
    return this.agent.newProcess();
  }
}

export interface AgentStream {
  readonly id: number;
  /**
   * What the guest sends, once. Bytes are granted to the guest as they are consumed, so a reader that waits stops the
   * writer in the guest and nothing else. The chunks are the reader's own. Ends with the guest's `end` or a reset.
   */
  readonly output: AsyncIterable<Uint8Array>;
  /** Resolves when there is room for more. Rejects when the stream is given up, by either side, also while it waits. */
  write(bytes: Uint8Array): Promise<void>;
  /** No more is written; output goes on. Sent after everything that was written before. */
  end(): Promise<void>;
  /** Gives the stream up in both directions; may be called in any state. */
  reset(): void;
}

/** What the agent answered instead of a result. */
export class AgentError extends Error {
  readonly failure: AgentFailure;
  constructor(failure: AgentFailure) {
    super(failure.message);
    this.name = 'AgentError';
    this.failure = failure;
  }
}
