import type { EngineContext } from '../context.ts';
import { conflict, internal, prefixed } from '../errors.ts';
import type { ExecStore } from '../exec/store.ts';
import type { Container } from './container.ts';
import { containerEvent } from './event.ts';
import { statusOf } from './state.ts';
import type { Stopper } from './stopper.ts';

type RemoverContext = Pick<EngineContext, 'agent' | 'containers' | 'events' | 'logs' | 'volumes'> & {
  readonly execs: ExecStore;
};

/** How much of a container goes. */
export interface Removal {
  /** Though it runs. */
  readonly force?: boolean;
  /** With the volumes that were made for it alone. */
  readonly v?: boolean;
}

/** https://github.com/moby/moby/blob/v28.5.2/daemon/delete.go */
export class Remover {
  readonly #context: RemoverContext;
  readonly #stopper: Stopper;

  constructor(context: RemoverContext, stopper: Stopper) {
    this.#context = context;
    this.#stopper = stopper;
  }

  /** `given` is how the client calls the container, for the error. */
  async delete(container: Container, given: string, removal: Removal): Promise<void> {
    if (container.state.removing) throw conflict(`removal of container ${given} is already in progress`);
    await this.#whileRemoving(container, async () => {
      // A start that is under way ends first; no other one begins.
      await container.lock.run(() => Promise.resolve());
      await prefixed(`cannot remove container ${JSON.stringify(given)}`, () =>
        this.#endAndRemove(container, removal),
      );
    });
  }

  /** Removes a container that does not run, with its own volumes; one that is being removed already is left to that. */
  async remove(container: Container): Promise<void> {
    if (container.state.removing) return;
    await this.#whileRemoving(container, () => this.#remove(container, { v: true }));
  }

  /** @returns whether it is gone */
  async prune(container: Container): Promise<boolean> {
    if (container.state.removing || container.state.running) return false;
    try {
      await this.#whileRemoving(container, () => this.#remove(container, {}));
      return true;
    } catch {
      return false;
    }
  }

  async #whileRemoving(container: Container, operation: () => Promise<void>): Promise<void> {
    container.state.removing = true;
    try {
      await operation();
    } finally {
      container.state.removing = false;
    }
  }

  async #endAndRemove(container: Container, removal: Removal): Promise<void> {
    if (container.state.running && !removal.force) refuseRunning(container);
    if (container.state.running)
      await prefixed('could not kill container', () => this.#stopper.kill(container));
    await this.#remove(container, removal);
  }

  async #remove(container: Container, { v }: Removal): Promise<void> {
    const { containers, events, execs, logs, volumes } = this.#context;
    const { id, mounts, state } = container;
    if (!containers.has(id)) return;
    state.dead = true;
    await this.#removeFiles(container);
    containers.delete(container);
    execs.deleteOf(container);
    logs.end(id);
    const own = mounts.flatMap(({ name, anonymous }) => (anonymous && name !== undefined ? [name] : []));
    await volumes.release(id, v ? own : []);
    state.error = '';
    container.waiters.removed(state);
    containerEvent(events, container, 'destroy');
  }

  /** A container whose files cannot be removed is dead, and says why to whoever waits for its end. */
  async #removeFiles(container: Container): Promise<void> {
    if (!container.hasSnapshot) return;
    try {
      await this.#context.agent.call('remove', { id: container.id });
    } catch (error) {
      const text = `unable to remove filesystem: ${error instanceof Error ? error.message : String(error)}`;
      container.state.error = text;
      container.waiters.removed(container.state);
      throw internal(text, error);
    }
  }
}

function refuseRunning({ state }: Container): never {
  if (state.paused) throw conflict('container is paused and must be unpaused first');
  throw conflict(`container is ${statusOf(state)}: stop the container before removing or force remove`);
}
