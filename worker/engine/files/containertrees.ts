import type { FiletreeRoot } from '../../protocol/agent.ts';
import type { Container } from '../containers/container.ts';
import type { EngineContext } from '../context.ts';
import { mountedLayers } from '../containers/mountedimages.ts';
import { specMounts } from '../spec/mounts.ts';
import { namespaces } from '../spec/namespaces.ts';
import { Filetree } from './filetree.ts';

type TreesContext = Pick<EngineContext, 'agent' | 'processes' | 'layers'>;

/** What of a container's files is wanted: all that it sees of its disk and its volumes, its root file system alone, or what it has changed. */
export type TreeView = 'files' | 'rootfs' | 'writable';

/** Opens the files of containers, whether they run, are paused, have ended or have never run. */
export class ContainerTrees {
  readonly #context: TreesContext;

  constructor(context: TreesContext) {
    this.#context = context;
  }

  /**
   * Runs `filetree` with these arguments. As in Docker the container is neither started nor removed meanwhile, unless it is
   * the writable layer that is looked at; whoever opens it must close it, whatever happens.
   */
  async open(container: Container, view: TreeView, args: string[]): Promise<Filetree> {
    const release = view === 'writable' ? () => undefined : await container.lock.hold();
    try {
      const tree = await Filetree.run(this.#context, await this.#root(container, view), args);
      void tree.ended.finally(release);
      return tree;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Opens the files, and closes them when the task is done. */
  async visit<T>(
    container: Container,
    view: TreeView,
    args: string[],
    task: (tree: Filetree) => Promise<T>,
  ): Promise<T> {
    const tree = await this.open(container, view, args);
    try {
      return await task(tree);
    } finally {
      await tree.close();
    }
  }

  async #root(container: Container, view: TreeView): Promise<FiletreeRoot> {
    if (view === 'writable') return { writable: container.id };
    const layers = await this.#context.layers.ensure(container.layers);
    const root = { container: container.id, layers, mounts: [] };
    container.hasSnapshot = true;
    if (view === 'rootfs') return root;
    await this.#context.layers.ensure(mountedLayers(container));
    const binds = specMounts(container.mounts, {}).filter(({ type }) => type === 'bind');
    return { ...root, mounts: binds, files: filesOf(container) };
  }
}

/** Who shares a network shares what is said about it. */
function filesOf({ id, hostConfig }: Container): string {
  const { network } = namespaces(hostConfig);
  return typeof network === 'object' ? network.container : id;
}
