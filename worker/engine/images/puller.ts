import type { Descriptor } from '../../oci/descriptor.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import { digestHex } from '../../oci/digest.ts';
import type { ImageConfig } from '../../oci/imageconfig.ts';
import { parseImageConfig } from '../../oci/imageconfig.ts';
import { compressionOf } from '../../oci/mediatype.ts';
import type { Reference } from '../../oci/reference.ts';
import { familiarName, familiarReference } from '../../oci/reference.ts';
import type { ProgressMessage } from '../../protocol/engine-api.ts';
import type { Credentials } from '../../registry/credentials.ts';
import type { EngineContext } from '../context.ts';
import { invalid } from '../errors.ts';
import { readDocument } from './blob.ts';
import { concurrently } from './concurrently.ts';
import { imageEvent } from './event.ts';
import { imageSize } from './imagesize.ts';
import type { LayerContent } from './layercontent.ts';
import type { LayerFetch } from './layerfetch.ts';
import { fetchLayer } from './layerfetch.ts';
import { paced } from './progress.ts';
import { requireRoom } from './room.ts';
import { parsePlatformOption, requireMachinePlatform } from './platform.ts';
import type { FoundImage, ImageSource } from './source.ts';
import { tellingWaits } from './waiting.ts';

type PullerContext = Pick<EngineContext, 'clock' | 'events' | 'images' | 'layers' | 'layerSources'>;
type Report = (message: ProgressMessage) => void;

/** Called while layers come in, for the page's status line; both numbers are compressed bytes of the whole image. */
export interface PullListener {
  /** Bytes of the image's layers, as they come. */
  progress(image: string, received: number, total: number): void;
  /** The image is there, or could not be had. */
  ended(image: string): void;
}

const nobody: PullListener = { progress: () => undefined, ended: () => undefined };

/** Brings images from a source into the stores, and says so as dockerd does. */
export class Puller {
  readonly #context: PullerContext;
  readonly #source: ImageSource;
  readonly #content: LayerContent;
  readonly #listener: PullListener;

  constructor(
    context: PullerContext,
    source: ImageSource,
    content: LayerContent,
    listener: PullListener = nobody,
  ) {
    this.#context = context;
    this.#source = source;
    this.#content = content;
    this.#listener = listener;
  }

  /**
   * Pulls an image; without a tag or a digest all tags of the repository. Nothing is reported before the name is known,
   * but that the registry makes one wait.
   */
  async pull(reference: Reference, options: PullRequest): Promise<void> {
    const { report, signal, credentials } = options;
    const platform = parsePlatformOption(options.platform);
    const request = { credentials, signal, onWait: tellingWaits(report) };
    const isRepository = reference.tag === undefined && reference.digest === undefined;
    const tags = isRepository ? await this.#source.tags(reference, request) : [];
    const references = isRepository ? tags.map((tag) => ({ ...reference, tag })) : [reference];
    let isNews = false;
    for (const one of references) {
      const found = await this.#source.resolve(one, platform, request);
      if (await this.#pull(one, found, options)) isNews = true;
    }
    this.#end(reference, isNews, report);
  }

  /** Whether the name stands for another image than before. */
  async #pull(reference: Reference, found: FoundImage, request: PullRequest): Promise<boolean> {
    const { report } = request;
    report({ status: `Pulling from ${reference.path}`, id: reference.tag ?? found.digest });
    const image = found.manifest.config.digest;
    const before = this.#context.images.named(reference);
    if (!this.#context.images.has(image)) await this.#bring(reference, found, request);
    await this.#name(reference, found.digest, image);
    report({ status: `Digest: ${found.digest}` });
    return before?.image !== image;
  }

  #end(reference: Reference, isNews: boolean, report: Report): void {
    const name = familiarReference(reference);
    report({
      status: `Status: ${isNews ? 'Downloaded newer image for' : 'Image is up to date for'} ${name}`,
    });
    const { events, images } = this.#context;
    imageEvent(events, images.find(name), 'pull', { id: name, name: familiarName(reference) });
  }

  /** By its digest always, by a tag where one was asked for. */
  async #name({ domain, path, tag }: Reference, digest: Digest, image: Digest): Promise<void> {
    const record = { image, taggedAt: this.#context.clock.now() };
    await this.#context.images.tag({ domain, path, digest }, record);
    if (tag !== undefined) await this.#context.images.tag({ domain, path, tag }, record);
  }

  async #bring(reference: Reference, found: FoundImage, request: PullRequest): Promise<void> {
    const { config, layers } = found.manifest;
    const configText = await readDocument(await found.open(config, { signal: request.signal }), config);
    const parsed = parseImageConfig(configText);
    requireMachinePlatform(parsed);
    const pairs = pairLayers(layers, parsed);
    const name = familiarReference(reference);
    const unpin = await this.#content.pin(parsed.rootfs.diff_ids);
    try {
      await requireRoom(this.#content, name, pairs);
      await this.#layers(name, found, pairs, request);
      const size = await imageSize(this.#content, parsed.rootfs.diff_ids);
      await this.#context.images.add({ id: config.digest, configText, size });
      // The first container of the image should find its layers served.
      await this.#context.layers.ensure(parsed.rootfs.diff_ids);
    } finally {
      unpin();
      this.#listener.ended(name);
    }
  }

  async #layers(
    name: string,
    found: FoundImage,
    pairs: readonly LayerPair[],
    { report, signal }: PullRequest,
  ): Promise<number> {
    const total = pairs.reduce((sum, { blob }) => sum + blob.size, 0);
    let received = 0;
    const tell = paced(total, (current) => this.#listener.progress(name, current, total));
    const arrived = (bytes: number) => tell((received += bytes));
    for (const { blob } of pairs)
      report({ status: 'Pulling fs layer', progressDetail: {}, id: shortId(blob) });
    for (const { blob } of pairs.slice(layersAtOnce))
      report({ status: 'Waiting', progressDetail: {}, id: shortId(blob) });
    const layers = new Map(pairs.map((pair) => [pair.diffId, pair]));
    const fetched = await concurrently(
      [...layers.values()],
      layersAtOnce,
      async (pair, aborted) => {
        const size = await this.#layer(found, pair, { report, arrived, signal: aborted });
        await this.#remember(found, pair);
        return [pair.diffId, size] as const;
      },
      signal,
    );
    const sizes = new Map(fetched);
    return pairs.reduce((sum, { diffId }) => sum + (sizes.get(diffId) ?? 0), 0);
  }

  async #layer(
    found: FoundImage,
    { blob, diffId }: LayerPair,
    { report, arrived, signal }: Pick<LayerFetch, 'report' | 'arrived' | 'signal'>,
  ): Promise<number> {
    const id = shortId(blob);
    const known = await this.#content.size(diffId);
    if (known !== undefined) {
      report({ status: 'Already exists', progressDetail: {}, id });
      return known;
    }
    return fetchLayer({ found, blob, diffId, content: this.#content, id, report, arrived, signal });
  }

  /** Pushed again, the layer need not go up. Other compressions are not what a push describes. */
  async #remember({ repository }: FoundImage, { blob, diffId }: LayerPair): Promise<void> {
    if (repository === undefined || compressionOf(blob.mediaType) !== 'gzip') return;
    const { digest, size } = blob;
    await this.#context.layerSources.add(diffId, { digest, size, repository });
  }
}

/** As many as Docker. Unpacking is one after the other in effect, downloading is not. */
const layersAtOnce = 3;

/** What a pull is asked for, and by whom. */
export interface PullRequest {
  readonly platform?: string | undefined;
  readonly credentials?: Credentials | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly report: Report;
}

interface LayerPair {
  readonly blob: Descriptor;
  readonly diffId: DiffId;
}

function pairLayers(blobs: readonly Descriptor[], { rootfs }: ImageConfig): LayerPair[] {
  if (blobs.length !== rootfs.diff_ids.length)
    throw invalid(
      `manifest has ${blobs.length} layers, but the image config names ${rootfs.diff_ids.length}`,
    );
  return rootfs.diff_ids.map((diffId, i) => ({ blob: blobs[i] as Descriptor, diffId }));
}

function shortId({ digest }: Descriptor): string {
  return digestHex(digest).slice(0, 12);
}
