import type { BuildBackend, BuildImage, StepOutput } from '../../build/backend.ts';
import type {
  Command,
  CommandResult,
  MadeLayer,
  SolveBackend,
  SolveCache,
} from '../../build/solve/backend.ts';
import { createHasher } from '../../content/hasher.ts';
import type { Layer } from '../../layers/layertree.ts';
import type { DiffId } from '../../oci/diffid.ts';
import { formatPlatform } from '../../oci/platform.ts';
import { parseReference } from '../../oci/reference.ts';
import type { ProgressMessage } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import type { LayerKeeper } from '../images/layercollector.ts';
import { imageEvent } from '../images/event.ts';
import { imageSize } from '../images/imagesize.ts';
import type { LayerContent } from '../images/layercontent.ts';
import { machinePlatform } from '../images/platform.ts';
import { tagImage } from '../images/tagger.ts';
import type { Sandboxes } from './sandbox.ts';

export interface SolveBackendParts {
  readonly context: Pick<EngineContext, 'buildCache' | 'clock' | 'events' | 'images' | 'layers'>;
  readonly layers: LayerContent & LayerKeeper;
  readonly sandboxes: Sandboxes;
  /** Finds an image, or pulls it. */
  readonly image: BuildBackend['image'];
}

/** What a build in BuildKit's way asks of this engine. */
export class EngineSolveBackend implements SolveBackend {
  readonly platform = formatPlatform(machinePlatform);
  readonly #parts: SolveBackendParts;

  constructor(parts: SolveBackendParts) {
    this.#parts = parts;
  }

  get cache(): SolveCache {
    return this.#parts.context.buildCache;
  }

  now(): number {
    return this.#parts.context.clock.now();
  }

  image(
    name: string,
    options: Parameters<BuildBackend['image']>[1],
    report: (message: ProgressMessage) => void,
  ): Promise<BuildImage> {
    return this.#parts.image(name, options, report);
  }

  open(layers: readonly DiffId[]): Promise<readonly Layer[]> {
    return this.#parts.context.layers.open(layers);
  }

  async hold(diffIds: readonly DiffId[]): Promise<(() => void) | undefined> {
    const { layers } = this.#parts;
    const release = await layers.pin(diffIds);
    const sizes = await Promise.all(diffIds.map((diffId) => layers.size(diffId)));
    if (!sizes.includes(undefined)) return release;
    release();
    return undefined;
  }

  make(tar: AsyncIterable<Uint8Array>): Promise<MadeLayer> {
    return this.#parts.layers.create(tar);
  }

  run(command: Command, output: StepOutput, signal: AbortSignal): Promise<CommandResult> {
    return this.#parts.sandboxes.run(command, output, signal);
  }

  keepCaches(signal: AbortSignal): Promise<readonly string[]> {
    return this.#parts.sandboxes.caches.keep(signal);
  }

  /** An image that is there already is the same one. */
  async add(configText: string, layers: readonly MadeLayer[]): Promise<string> {
    const { events, images } = this.#parts.context;
    const hasher = await createHasher();
    hasher.update(new TextEncoder().encode(configText));
    const id = hasher.digest();
    const diffIds = layers.map(({ diffId }) => diffId);
    if (!images.has(id))
      await images.add({ id, configText, size: await imageSize(this.#parts.layers, diffIds) });
    imageEvent(events, images.get(id), 'create', { id, name: id });
    return id;
  }

  async tag(image: string, name: string): Promise<void> {
    const { context } = this.#parts;
    await tagImage(context, context.images.get(image), parseReference(name));
  }
}
