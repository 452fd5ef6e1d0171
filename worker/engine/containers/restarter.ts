import type { StopOptions } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { prefixedInternal } from '../errors.ts';
import type { Container } from './container.ts';
import { containerEvent } from './event.ts';
import type { Runner } from './runner.ts';
import type { Stopper } from './stopper.ts';

/** https://github.com/moby/moby/blob/v28.5.2/daemon/restart.go */
export class Restarter {
  readonly #context: Pick<EngineContext, 'agent' | 'events'>;
  readonly #stopper: Stopper;
  readonly #runner: Runner;

  constructor(context: Pick<EngineContext, 'agent' | 'events'>, stopper: Stopper, runner: Runner) {
    this.#context = context;
    this.#stopper = stopper;
    this.#runner = runner;
  }

  /** `given` is how the client calls the container, for the error. One that does not run is started. */
  async restart(container: Container, given: string, options: StopOptions): Promise<void> {
    await prefixedInternal(`Cannot restart container ${given}`, async () => {
      container.restartedByUser = true;
      try {
        if (container.state.running) await this.#stop(container, options);
        await this.#runner.startAgain(container);
      } finally {
        container.restartedByUser = false;
      }
    });
    containerEvent(this.#context.events, container, 'restart');
  }

  /** The agent was told at the start to leave nothing of a container with --rm. */
  async #stop(container: Container, options: StopOptions): Promise<void> {
    const { id, hostConfig, state } = container;
    if (hostConfig.AutoRemove && !state.restarting)
      await this.#context.agent.call('update', { id, resources: {}, autoRemove: false });
    await this.#stopper.stop(container, options);
  }
}
