import type { AgentCalls, AgentMethod } from '../protocol/agent.ts';
import { WrappedAgent } from '../protocol/agent-client.ts';

/** What an agent can do before the guest's storage is mounted. */
const needsNoStorage: ReadonlySet<AgentMethod> = new Set(['wake', 'mount', 'spawn', 'resize', 'census']);

/**
 * An agent whose storage is mounted when it is first needed, or before that when there is time: the prompt does not wait
 * for it, and no container starts without it.
 */
export class StoredAgent extends WrappedAgent {
  #mounting: Promise<unknown> | undefined;
  #mounted = false;

  /** Mounts it unless that was done. Rejects when it cannot be mounted; nothing can be done with containers then. */
  mount(): Promise<unknown> {
    this.#mounting ??= this.agent.call('mount', { disk: true }).then(() => (this.#mounted = true));
    return this.#mounting;
  }

  async call<M extends AgentMethod>(method: M, params: AgentCalls[M][0]): Promise<AgentCalls[M][1]> {
    if (!this.#mounted && !needsNoStorage.has(method)) await this.mount();
    return this.agent.call(method, params);
  }
}
