import type { EngineContext } from '../context.ts';
import { conflict, internal } from '../errors.ts';
import type { Container } from './container.ts';
import { containerEvent } from './event.ts';
import { requireRunning } from './stopper.ts';

/** The freezer. https://github.com/moby/moby/blob/v28.5.2/daemon/{pause,unpause}.go */
export class Pauser {
  readonly #context: Pick<EngineContext, 'agent' | 'events'>;

  constructor(context: Pick<EngineContext, 'agent' | 'events'>) {
    this.#context = context;
  }

  pause(container: Container): Promise<void> {
    return container.freezer.run(async () => {
      const { id, state } = container;
      requireRunning(container);
      if (state.paused) throw conflict(`Container ${id} is already paused`);
      if (state.restarting)
        throw conflict(`Container ${id} is restarting, wait until the container is running`);
      await this.#context.agent.call('pause', { id });
      state.paused = state.running;
      containerEvent(this.#context.events, container, 'pause');
    });
  }

  unpause(container: Container): Promise<void> {
    return container.freezer.run(async () => {
      const { id, state } = container;
      if (!state.paused) throw internal(`Container ${id} is not paused`);
      await this.#context.agent.call('resume', { id });
      state.paused = false;
      containerEvent(this.#context.events, container, 'unpause');
    });
  }
}
