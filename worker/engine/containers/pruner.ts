import type { ContainersPruned, Filters } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { conflict } from '../errors.ts';
import { labelsMatch, requireFilters, untilFilter } from '../filters.ts';
import type { Container } from './container.ts';
import type { Remover } from './remover.ts';

type PrunerContext = Pick<EngineContext, 'clock' | 'containers' | 'events'>;

/** https://github.com/moby/moby/blob/v28.5.2/daemon/prune.go (ContainersPrune) */
export class Pruner {
  readonly #context: PrunerContext;
  readonly #remover: Remover;
  readonly #sizes: (container: Container) => Promise<{ SizeRw: number }>;
  #running = false;

  /** `sizes` tells what a container's writable layer takes. */
  constructor(
    context: PrunerContext,
    remover: Remover,
    sizes: (container: Container) => Promise<{ SizeRw: number }>,
  ) {
    this.#context = context;
    this.#remover = remover;
    this.#sizes = sizes;
  }

  /** Removes what does not run; one at a time. */
  async prune(filters: Filters = {}): Promise<ContainersPruned> {
    if (this.#running) throw conflict('a prune operation is already running');
    this.#running = true;
    try {
      requireFilters(filters, ['label', 'label!', 'until']);
      return await this.#remove(filters);
    } finally {
      this.#running = false;
    }
  }

  async #remove(filters: Filters): Promise<ContainersPruned> {
    const until = untilFilter(filters, this.#context.clock.now());
    const report: ContainersPruned = { ContainersDeleted: null, SpaceReclaimed: 0 };
    for (const container of this.#context.containers.all()) {
      if (!isWanted(container, filters, until)) continue;
      const { SizeRw } = await this.#sizes(container);
      if (!(await this.#remover.prune(container))) continue;
      report.SpaceReclaimed += SizeRw;
      (report.ContainersDeleted ??= []).push(container.id);
    }
    const reclaimed = String(report.SpaceReclaimed);
    this.#context.events.publish('container', 'prune', '', { reclaimed });
    return report;
  }
}

function isWanted({ state, created, config }: Container, filters: Filters, until = Infinity): boolean {
  return !state.running && created <= until && labelsMatch(filters, config.Labels);
}
