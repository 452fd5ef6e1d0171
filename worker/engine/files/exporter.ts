import { errorKind, errorMessage, BottleshipError } from '../../oci/errors.ts';
import type { Container } from '../containers/container.ts';
import { containerEvent } from '../containers/event.ts';
import type { EngineContext } from '../context.ts';
import { conflict } from '../errors.ts';
import { closing } from './closing.ts';
import type { ContainerTrees } from './containertrees.ts';
import { tarOfWalk } from './tarwriting.ts';

/** https://github.com/moby/moby/blob/v28.5.2/daemon/export.go */
export class Exporter {
  readonly #context: Pick<EngineContext, 'events'>;
  readonly #trees: ContainerTrees;

  constructor(context: Pick<EngineContext, 'events'>, trees: ContainerTrees) {
    this.#context = context;
    this.#trees = trees;
  }

  /** The root file system alone: of volumes there are the empty mount points. Held until it is read or given up. */
  async export(container: Container, given: string): Promise<AsyncIterable<Uint8Array>> {
    const { id, state } = container;
    if (state.dead) throw conflict(`You cannot export container ${id} which is Dead`);
    if (state.removing) throw conflict(`You cannot export container ${id} which is being removed`);
    try {
      const tree = await this.#trees.open(container, 'rootfs', ['pack', '-d', '-x', '/']);
      await tree.records.next();
      const tar = tarOfWalk(tree.records, (name) => (name.length === 0 ? undefined : name));
      return closing(tree, tar, () => containerEvent(this.#context.events, container, 'export'));
    } catch (error) {
      const text = `Error exporting container ${given}: ${errorMessage(error)}`;
      throw new BottleshipError(errorKind(error), text, { cause: error });
    }
  }
}
