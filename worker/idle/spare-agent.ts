import type { Activity } from './activity.ts';
import type { AgentCalls, AgentMethod } from '../protocol/agent.ts';
import type { Agent } from '../protocol/agent-client.ts';
import { WrappedAgent } from '../protocol/agent-client.ts';

/**
 * An agent that has a network namespace in hand for the next container. The saved machine has one; after a container was
 * started the next one is made when nobody waits for the machine (ARCHITECTURE.md, "Decisions").
 */
export class SpareAgent extends WrappedAgent {
  readonly #activity: Activity;
  #preparing = false;

  constructor(agent: Agent, activity: Activity) {
    super(agent);
    this.#activity = activity;
  }

  async call<M extends AgentMethod>(method: M, params: AgentCalls[M][0]): Promise<AgentCalls[M][1]> {
    const result = await this.agent.call(method, params);
    if (method === 'start' && !this.#preparing) this.#prepare().catch(() => undefined);
    return result;
  }

  /** What goes wrong costs the next container its time, and that one will say what it is. */
  async #prepare(): Promise<void> {
    this.#preparing = true;
    try {
      await this.#activity.lull();
      while (await this.agent.call('spare', {}));
    } finally {
      this.#preparing = false;
    }
  }
}
