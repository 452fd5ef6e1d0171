import type { EngineContext } from '../context.ts';
import { conflict, prefixed } from '../errors.ts';
import type { ExecStore } from '../exec/store.ts';
import type { Container } from './container.ts';
import { containerEvent } from './event.ts';
import { statusOf } from './state.ts';
import type { Stopper } from './stopper.ts';

type RemoverContext = Pick<EngineContext, 'agent' | 'containers' | 'events' | 'logs'> & {
  readonly execs: ExecStore;
};

/** https://github.com/moby/moby/blob/v28.5.2/daemon/delete.go */
export class Remover {
  readonly #context: RemoverContext;
  readonly #stopper: Stopper;

  constructor(context: RemoverContext, stopper: Stopper) {
    this.#context = context;
    this.#stopper = stopper;
  }

  /** `given` is how the client calls the container, for the error. */
  async delete(container: Container, given: string, force: boolean): Promise<void> {
    if (container.state.removing) throw conflict(`removal of container ${given} is already in progress`);
    container.state.removing = true;
    try {
      // A start that is under way ends first; no other one begins.
      await container.lock.run(() => Promise.resolve());
      await prefixed(`cannot remove container ${JSON.stringify(given)}`, () =>
        this.#endAndRemove(container, force),
      );
    } finally {
      container.state.removing = false;
    }
  }

  /** Removes a container that does not run; one that is being removed already is left to that. */
  async remove(container: Container): Promise<void> {
    if (container.state.removing) return;
    container.state.removing = true;
    try {
      await this.#remove(container);
    } finally {
      container.state.removing = false;
    }
  }

  async #endAndRemove(container: Container, force: boolean): Promise<void> {
    if (container.state.running && !force) refuseRunning(container);
    if (container.state.running) await this.#stopper.kill(container);
    await this.#remove(container);
  }

  async #remove(container: Container): Promise<void> {
    const { agent, containers, events, execs, logs } = this.#context;
    const { id, state } = container;
    if (!containers.has(id)) return;
    if (container.hasSnapshot) await agent.call('remove', { id });
    state.dead = true;
    containers.delete(container);
    execs.deleteOf(container);
    logs.delete(id);
    container.waiters.removed(state);
    containerEvent(events, container, 'destroy');
  }
}

function refuseRunning({ state }: Container): never {
  if (state.paused) throw conflict('container is paused and must be unpaused first');
  throw conflict(`container is ${statusOf(state)}: stop the container before removing or force remove`);
}
