import type { Digest } from '../../oci/digest.ts';
import { familiarReference } from '../../oci/reference.ts';
import type { CommitOptions, ContainerConfig } from '../../protocol/engine-api.ts';
import type { Container } from '../containers/container.ts';
import { containerEvent } from '../containers/event.ts';
import type { Pauser } from '../containers/pauser.ts';
import type { EngineContext } from '../context.ts';
import { conflict } from '../errors.ts';
import type { ContainerTrees } from '../files/containertrees.ts';
import { layersRoot } from '../../build/files/tree.ts';
import { touchedEtc } from '../files/etc.ts';
import { layerTar } from '../files/layertar.ts';
import type { LayerContent, NewLayer } from './layercontent.ts';
import { imageEvent } from './event.ts';
import { makeImage } from './maker.ts';
import { tagImage, tagReference } from './tagger.ts';

/** Applies Dockerfile instructions (`--change`) to a config. Throws with Docker's text on one that is none. */
export type ApplyChanges = (config: ContainerConfig, changes: readonly string[]) => ContainerConfig;

export interface CommitterParts {
  readonly context: Pick<EngineContext, 'clock' | 'events' | 'images' | 'layers'>;
  readonly layers: Pick<LayerContent, 'create'>;
  readonly trees: ContainerTrees;
  readonly pauser: Pauser;
  readonly applyChanges: ApplyChanges;
}

/** What Docker puts into a container's /etc. */
const containerFiles = ['hosts', 'hostname', 'resolv.conf', 'mtab'];

/** Makes an image of what a container has changed. https://github.com/moby/moby/blob/v28.5.2/daemon/commit.go */
export class Committer {
  readonly #parts: CommitterParts;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  async commit(container: Container, options: CommitOptions): Promise<Digest> {
    const { id, state } = container;
    if (state.dead) throw conflict(`You cannot commit container ${id} which is Dead`);
    if (state.removing) throw conflict(`You cannot commit container ${id} which is being removed`);
    const reference = options.repo ? tagReference(options.repo, options.tag) : undefined;
    const config = this.#config(container, options);
    const layer = await this.#paused(container, options.pause ?? true, () => this.layer(container));
    const image = await this.#image(container, layer, config, options);
    const name = reference && familiarReference(reference);
    const { context } = this.#parts;
    imageEvent(context.events, context.images.get(image), 'create', { id: image, name: image });
    if (reference !== undefined) await tagImage(context, context.images.get(image), reference);
    containerEvent(context.events, container, 'commit', {
      comment: options.comment ?? '',
      imageID: image,
      imageRef: name ?? '',
    });
    return image;
  }

  /** What a container has changed, as a layer; undefined for nothing. It must not run meanwhile, or be paused. */
  async layer(container: Container): Promise<NewLayer | undefined> {
    const { context, trees, layers } = this.#parts;
    const root = layersRoot(await context.layers.open(container.layers));
    const etc = touchedEtc(root, containerFiles, Math.floor(container.created / 1000));
    const tar = await layerTar(context, trees, container, { touched: etc === undefined ? [] : [etc] });
    return tar && layers.create(tar);
  }

  #config({ config }: Container, { changes = [], config: own }: CommitOptions): ContainerConfig {
    const start = own ?? config;
    if (changes.length === 0) return mergeConfig(start, config);
    return mergeConfig(this.#parts.applyChanges(structuredClone(start), changes), config);
  }

  #image(
    { id, imageId, config: ran }: Container,
    layer: NewLayer | undefined,
    config: ContainerConfig,
    { author = '', comment = '' }: CommitOptions,
  ): Promise<Digest> {
    const { context } = this.#parts;
    return makeImage(context, {
      parent: context.images.find(imageId),
      layer,
      config,
      createdBy: (ran.Cmd ?? []).join(' '),
      author,
      comment,
      container: { id, config: ran },
    });
  }

  async #paused<T>(container: Container, wanted: boolean, task: () => Promise<T>): Promise<T> {
    const { running, paused, restarting } = container.state;
    if (!wanted || !running || paused || restarting) return task();
    await this.#parts.pauser.pause(container).catch((error: unknown) => {
      // It has ended in the meantime, and stands still already.
      if (container.state.running) throw error;
    });
    try {
      return await task();
    } finally {
      if (container.state.paused) await this.#parts.pauser.unpause(container);
    }
  }
}

/** https://github.com/moby/moby/blob/v28.5.2/daemon/commit.go (merge): what is not set comes from the container. */
function mergeConfig(own: ContainerConfig, container: ContainerConfig): ContainerConfig {
  if (own === container) return structuredClone(container);
  const names = new Set((own.Env ?? []).map(envName));
  const inherits = !own.Entrypoint?.length;
  return {
    ...own,
    User: own.User || (container.User ?? ''),
    ExposedPorts: { ...container.ExposedPorts, ...own.ExposedPorts },
    Env: [...(own.Env ?? []), ...(container.Env ?? []).filter((entry) => !names.has(envName(entry)))],
    Labels: { ...container.Labels, ...own.Labels },
    Cmd: inherits && !own.Cmd?.length ? (container.Cmd ?? null) : (own.Cmd ?? null),
    Entrypoint: inherits ? (own.Entrypoint ?? container.Entrypoint ?? null) : (own.Entrypoint ?? null),
    Healthcheck: own.Healthcheck ?? container.Healthcheck ?? null,
    WorkingDir: own.WorkingDir || (container.WorkingDir ?? ''),
    Volumes: { ...container.Volumes, ...own.Volumes },
    StopSignal: own.StopSignal || (container.StopSignal ?? ''),
  };
}

function envName(entry: string): string {
  return entry.split('=', 1)[0] ?? '';
}
