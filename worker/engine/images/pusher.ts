import { gzipped } from '../../layers/gzip.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import { digestHex, parseDigest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/mediatype.ts';
import type { Reference } from '../../oci/reference.ts';
import { familiarName, familiarReference } from '../../oci/reference.ts';
import type { ProgressMessage } from '../../protocol/engine-api.ts';
import type { Credentials } from '../../registry/credentials.ts';
import type { Registries } from '../../registry/registries.ts';
import type { OpenUpload, Repository } from '../../registry/repository.ts';
import { uploadBlob } from '../../registry/upload.ts';
import type { EngineContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { concurrently } from './concurrently.ts';
import { imageEvent } from './event.ts';
import type { Image } from './image.ts';
import type { LayerContent } from './layercontent.ts';
import type { LayerSource } from './layersources.ts';
import { isSameRepository } from './layersources.ts';
import { counted, paced, progressMessage } from './progress.ts';
import { tellingWaits } from './waiting.ts';

type PusherContext = Pick<EngineContext, 'clock' | 'events' | 'images' | 'layerSources'>;

/** What a push is given. */
export interface PushRequest {
  readonly credentials?: Credentials | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly report: (message: ProgressMessage) => void;
}

/** Fewer than Docker's five: packing is what takes long, and the browser has one thread for it. */
const layersAtOnce = 3;
/** How many places are looked at for a layer that the registry may have. */
const mostChecks = 3;

/**
 * Pushes images as Docker's engine does with layers that it keeps unpacked: what the registry has is not sent again, what
 * it has elsewhere is mounted, and the rest is packed anew, always to the same bytes.
 * https://github.com/moby/moby/blob/v28.5.2/distribution/push_v2.go
 */
export class Pusher {
  readonly #context: PusherContext;
  readonly #layers: Pick<LayerContent, 'size' | 'tar'>;
  readonly #registries: Registries;

  constructor(context: PusherContext, layers: Pick<LayerContent, 'size' | 'tar'>, registries: Registries) {
    this.#context = context;
    this.#layers = layers;
    this.#registries = registries;
  }

  /** Without a tag all tags of the repository are pushed. */
  async push(reference: Reference, request: PushRequest): Promise<void> {
    const { domain, path } = reference;
    request.report({ status: `The push refers to repository [${domain}/${path}]` });
    const tags = this.#tags(reference);
    if (tags.length === 0)
      throw notFound(`An image does not exist locally with the tag: ${familiarName(reference)}`);
    for (const { tag, image } of tags) {
      const onWait = tellingWaits(request.report);
      const repository = this.#registries.repository(reference, request.credentials, onWait);
      await new ImagePush({
        ...this.#parts(),
        repository,
        name: { domain, path, tag },
        image,
        request,
      }).run();
    }
    const [first] = tags;
    const [id, name] = [familiarReference(reference), familiarName(reference)];
    imageEvent(this.#context.events, first?.image, 'push', { id, name });
  }

  #parts(): { context: PusherContext; layers: Pick<LayerContent, 'size' | 'tar'> } {
    return { context: this.#context, layers: this.#layers };
  }

  #tags({ domain, path, tag }: Reference): { tag: string; image: Image }[] {
    const { images } = this.#context;
    return images.all().flatMap((image) =>
      images
        .referencesOf(image.id)
        .filter((name) => isSameRepository(name, { domain, path }) && (tag === undefined || name.tag === tag))
        .flatMap((name) => (name.tag === undefined ? [] : [{ tag: name.tag, image }])),
    );
  }
}

interface ImagePushParts {
  readonly context: PusherContext;
  readonly layers: Pick<LayerContent, 'size' | 'tar'>;
  readonly repository: Repository;
  readonly name: { readonly domain: string; readonly path: string; readonly tag: string };
  readonly image: Image;
  readonly request: PushRequest;
}

/** One image on its way into one repository. */
class ImagePush {
  readonly #parts: ImagePushParts;

  constructor(parts: ImagePushParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { image, name, repository, request, context } = this.#parts;
    const layers = await this.#pushLayers();
    const config = await this.#pushConfig();
    const text = manifestText(
      config,
      image.layers.map((diffId) => layers.get(diffId) as Descriptor),
    );
    request.signal?.throwIfAborted();
    const digest = await repository.putManifest(name.tag, mediaTypes.dockerManifest, text);
    const size = new TextEncoder().encode(text).length;
    const { domain, path, tag } = name;
    await context.images.tag({ domain, path, digest }, { image: image.id, taggedAt: context.clock.now() });
    request.report({ status: `${tag}: digest: ${digest} size: ${size}` });
    request.report({ progressDetail: {}, aux: { Tag: tag, Digest: digest, Size: size } });
  }

  /** The topmost first. A layer that is there twice goes up once. */
  async #pushLayers(): Promise<Map<DiffId, Descriptor>> {
    const { image, request } = this.#parts;
    const wanted = [...new Set([...image.layers].reverse())];
    for (const diffId of wanted) this.#say(diffId, 'Preparing');
    for (const diffId of wanted.slice(layersAtOnce)) this.#say(diffId, 'Waiting');
    const pushed = await concurrently(
      wanted,
      layersAtOnce,
      async (diffId, signal) => [diffId, await this.#pushLayer(diffId, signal)] as const,
      request.signal,
    );
    return new Map(pushed);
  }

  async #pushLayer(diffId: DiffId, signal: AbortSignal): Promise<Descriptor> {
    const known = await this.#parts.context.layerSources.of(diffId);
    const here = await this.#findHere(diffId, known);
    if (here !== undefined) {
      this.#say(diffId, 'Layer already exists');
      return this.#remember(diffId, here);
    }
    const mount = await this.#mount(known);
    if (mount.source !== undefined) {
      this.#say(diffId, `Mounted from ${mount.source.repository.path}`);
      return this.#remember(diffId, mount.source);
    }
    const sent = await this.#send(diffId, mount.upload, signal);
    this.#say(diffId, 'Pushed');
    return this.#remember(diffId, sent);
  }

  /** Whether the repository has it as one of the blobs that it is known to be elsewhere; this repository's own first. */
  async #findHere(diffId: DiffId, known: readonly LayerSource[]): Promise<LayerSource | undefined> {
    const { context, name, repository } = this.#parts;
    const own = known.filter((source) => isSameRepository(source.repository, name));
    const others = known.filter((source) => source.repository.domain !== name.domain);
    for (const source of [...own, ...others].slice(0, mostChecks)) {
      if (await repository.hasBlob(source.digest)) return source;
      if (own.includes(source)) await context.layerSources.remove(diffId, source);
    }
    return undefined;
  }

  /** From another repository of the registry. What a registry has opened in its place is used for the upload. */
  async #mount(known: readonly LayerSource[]): Promise<{ source?: LayerSource; upload?: OpenUpload }> {
    const { name, repository } = this.#parts;
    const candidates = known.filter(
      (source) => source.repository.domain === name.domain && source.repository.path !== name.path,
    );
    let upload: OpenUpload | undefined;
    for (const source of candidates.slice(0, mostChecks)) {
      const outcome = await repository.mountBlob(source.digest, source.repository.path);
      if (outcome.mounted) return { source };
      ({ upload } = outcome);
    }
    return upload === undefined ? {} : { upload };
  }

  async #send(
    diffId: DiffId,
    upload: OpenUpload | undefined,
    signal: AbortSignal,
  ): Promise<Pick<Descriptor, 'digest' | 'size'>> {
    const { layers, repository, request } = this.#parts;
    const total = (await layers.size(diffId)) ?? 0;
    const onWait = tellingWaits(request.report, shortId(diffId));
    const packed = () => gzipped(this.#read(diffId, total, signal));
    return uploadBlob(repository, packed, { upload, signal, onWait });
  }

  async *#read(diffId: DiffId, total: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { layers, request } = this.#parts;
    const tell = paced(total, (current) =>
      request.report(progressMessage(shortId(diffId), 'Pushing', current, total)),
    );
    for await (const chunk of counted(layers.tar(diffId), tell)) {
      signal.throwIfAborted();
      yield chunk;
    }
  }

  async #remember(
    diffId: DiffId,
    { digest, size }: Pick<LayerSource, 'digest' | 'size'>,
  ): Promise<Descriptor> {
    const { domain, path } = this.#parts.name;
    await this.#parts.context.layerSources.add(diffId, { digest, size, repository: { domain, path } });
    return { mediaType: mediaTypes.dockerLayerGzip, size, digest };
  }

  async #pushConfig(): Promise<Descriptor> {
    const { image, repository } = this.#parts;
    const bytes = new TextEncoder().encode(image.configText);
    if (!(await repository.hasBlob(image.id)))
      await repository.finishUpload(await repository.startUpload(), image.id, bytes);
    return { mediaType: mediaTypes.dockerConfig, size: bytes.length, digest: image.id };
  }

  #say(diffId: DiffId, status: string): void {
    this.#parts.request.report({ status, progressDetail: {}, id: shortId(diffId) });
  }
}

/** As Docker writes it, to the byte. https://github.com/distribution/distribution/blob/v2.8.3/manifest/schema2/manifest.go */
function manifestText(config: Descriptor, layers: readonly Descriptor[]): string {
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.dockerManifest,
    config: written(config),
    layers: layers.map(written),
  };
  return JSON.stringify(manifest, undefined, 3);
}

function written({ mediaType, size, digest }: Descriptor): Pick<Descriptor, 'mediaType' | 'size' | 'digest'> {
  return { mediaType, size, digest };
}

function shortId(digest: DiffId | Digest): string {
  return digestHex(parseDigest(digest)).slice(0, 12);
}
