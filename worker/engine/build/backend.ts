import { inlineCacheMember } from '../../build/solve/inline-cache.ts';
import type { BuildBackend, BuildImage, CachedImage, StepOutput, StepResult } from '../../build/backend.ts';
import type { MadeLayer, SolveBackend } from '../../build/solve/backend.ts';
import type { Layer } from '../../layers/layertree.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { ContainerConfig, HostConfig, ProgressMessage } from '../../protocol/engine-api.ts';
import type { Attacher } from '../containers/attacher.ts';
import type { Container } from '../containers/container.ts';
import type { Creator } from '../containers/creator.ts';
import type { Remover } from '../containers/remover.ts';
import type { Runner } from '../containers/runner.ts';
import type { EngineContext } from '../context.ts';
import { credentialsFor } from '../images/credentials.ts';
import { imageEvent } from '../images/event.ts';
import type { Committer } from '../images/committer.ts';
import type { Image } from '../images/image.ts';
import type { LayerContent } from '../images/layercontent.ts';
import { makeImage } from '../images/maker.ts';
import { parsePlatformOption } from '../images/platform.ts';
import type { Puller } from '../images/puller.ts';
import { tagImage } from '../images/tagger.ts';
import { internal } from '../errors.ts';
import type { LayerKeeper } from '../images/layercollector.ts';
import { restoreImage } from './restore.ts';
import type { Sandboxes } from './sandbox.ts';
import { EngineSolveBackend } from './solvebackend.ts';

export interface EngineBackendParts {
  readonly context: Pick<
    EngineContext,
    'buildCache' | 'clock' | 'containers' | 'events' | 'images' | 'layers'
  >;
  readonly layers: LayerContent & LayerKeeper;
  readonly creator: Creator;
  readonly runner: Runner;
  readonly remover: Remover;
  readonly attacher: Attacher;
  readonly committer: Committer;
  readonly puller: Puller;
  readonly sandboxes: Sandboxes;
}

/** What a build asks of this engine. */
export class EngineBackend implements BuildBackend {
  readonly #parts: EngineBackendParts;

  readonly solving: SolveBackend;

  constructor(parts: EngineBackendParts) {
    this.#parts = parts;
    this.solving = new EngineSolveBackend({ ...parts, image: (...request) => this.image(...request) });
  }

  now(): number {
    return this.#parts.context.clock.now();
  }

  async image(
    name: string,
    { where, platform, anyHere = false, auths = {} }: Parameters<BuildBackend['image']>[1],
    report: (message: ProgressMessage) => void,
  ): Promise<BuildImage> {
    const { images } = this.#parts.context;
    const here = where === 'pull' ? undefined : images.find(name);
    if (here !== undefined && (where === 'here' || anyHere || isFor(here, platform))) return buildImage(here);
    if (where === 'here') return buildImage(images.get(name));
    const reference = withDefaultTag(parseReference(name));
    await this.#parts.puller.pull(reference, {
      platform: platform || undefined,
      credentials: credentialsFor(auths, reference),
      report,
    });
    return buildImage(images.get(name));
  }

  async layers(image: string): Promise<readonly Layer[]> {
    const { images, layers } = this.#parts.context;
    return image === '' ? [] : layers.open(images.get(image).layers);
  }

  children(parent: string): CachedImage[] {
    return this.#parts.context.images
      .all()
      .filter((image) => image.builtHere && (image.parent ?? '') === parent)
      .flatMap((image) => {
        const stepConfig = stepConfigOf(image);
        const created = Date.parse(image.full.created ?? '');
        return stepConfig === undefined ? [] : [{ id: image.id, created, stepConfig }];
      });
  }

  descends(image: string, ancestor: string): boolean {
    const { images } = this.#parts.context;
    for (let at = images.find(image); at !== undefined; at = at.parent && images.find(at.parent))
      if (at.parent === ancestor) return true;
    return false;
  }

  diffIds(image: string): readonly DiffId[] {
    return image === '' ? [] : this.#parts.context.images.get(image).layers;
  }

  makeOf(result: StepResult, layer: MadeLayer): Promise<string> {
    return this.#make(result, layer, undefined);
  }

  async make(result: StepResult, tar?: AsyncIterable<Uint8Array>): Promise<string> {
    const layer = tar && (await this.#parts.layers.create(tar));
    const image = await this.#make(result, layer, undefined);
    if (layer === undefined) this.#created(image);
    return image;
  }

  restore(result: StepResult, from: BuildImage, at: number): Promise<string> {
    const { context, layers } = this.#parts;
    return restoreImage(context.images, layers, { result, from: context.images.get(from.id), at });
  }

  async create(
    config: ContainerConfig,
    host: HostConfig,
  ): Promise<{ id: string; warnings: readonly string[] }> {
    const { Id, Warnings } = await this.#parts.creator.create({ ...config, HostConfig: host }, {});
    return { id: Id, warnings: Warnings };
  }

  async run(id: string, output: StepOutput, signal: AbortSignal): Promise<number> {
    const { attacher, runner } = this.#parts;
    const container = this.#container(id);
    const attached = attacher.attach(container, id, { stream: true, stdout: true, stderr: true });
    const ended = container.waiters.wait('next-exit', container.state);
    const cancel = () => void this.remove(id).catch(() => undefined);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      signal.throwIfAborted();
      await runner.start(container);
      for await (const { stream, bytes } of attached.output) output(stream, bytes);
      const { StatusCode } = await ended;
      if (signal.aborted) throw internal('build cancelled');
      return StatusCode;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async commit(id: string, result: StepResult): Promise<string> {
    const image = await this.#make(result, await this.#parts.committer.layer(this.#container(id)), id);
    this.#created(image);
    return image;
  }

  async remove(id: string): Promise<void> {
    const container = this.#parts.context.containers.find(id);
    if (container !== undefined && !container.state.removing)
      await this.#parts.remover.delete(container, id, { force: true, v: true });
  }

  async tag(image: string, name: string): Promise<void> {
    const { context } = this.#parts;
    await tagImage(context, context.images.get(image), parseReference(name));
  }

  /** Docker tells of images that it has committed, not of those that COPY and ADD have made. */
  #created(image: Digest): void {
    const { events, images } = this.#parts.context;
    imageEvent(events, images.get(image), 'create', { id: image, name: image });
  }

  #make(
    { parent, config, stepConfig, author }: StepResult,
    layer: Awaited<ReturnType<LayerContent['create']>> | undefined,
    id: string | undefined,
  ): Promise<Digest> {
    const { context } = this.#parts;
    return makeImage(context, {
      parent: parent === '' ? undefined : context.images.get(parent),
      layer,
      config,
      author,
      createdBy: (stepConfig.Cmd ?? []).join(' '),
      container: { ...(id !== undefined && { id }), config: stepConfig },
    });
  }

  #container(id: string): Container {
    return this.#parts.context.containers.get(id);
  }
}

function buildImage({ id, config, configText, full, layers }: Image): BuildImage {
  const plain = structuredClone(config) as ContainerConfig;
  const { [inlineCacheMember]: inlineCache } = JSON.parse(configText) as Record<string, unknown>;
  const told = typeof inlineCache === 'string' && { inlineCache };
  return { id, config: plain, os: full.os, history: full.history ?? [], layers, ...told };
}

function isFor({ full }: Image, platform: string): boolean {
  if (platform === '') return true;
  const { os, architecture } = parsePlatformOption(platform);
  return os === full.os && architecture === full.architecture;
}

function stepConfigOf({ configText }: Image): ContainerConfig | undefined {
  const { container_config: config } = JSON.parse(configText) as { container_config?: ContainerConfig };
  return config;
}
