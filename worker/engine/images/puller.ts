import type { Descriptor } from '../../oci/descriptor.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import { digestHex } from '../../oci/digest.ts';
import type { ImageConfig } from '../../oci/imageconfig.ts';
import { parseImageConfig } from '../../oci/imageconfig.ts';
import type { Platform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import { familiarName, familiarReference } from '../../oci/reference.ts';
import type { ProgressMessage } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { invalid } from '../errors.ts';
import { readDocument } from './blob.ts';
import { imageEvent } from './event.ts';
import type { LayerContent } from './layercontent.ts';
import { fetchLayer } from './layerfetch.ts';
import { parsePlatformOption, requireMachinePlatform } from './platform.ts';
import type { FoundImage, ImageSource } from './source.ts';

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
  readonly #context: Pick<EngineContext, 'clock' | 'events' | 'images' | 'layers'>;
  readonly #source: ImageSource;
  readonly #content: LayerContent;
  readonly #listener: PullListener;

  constructor(
    context: Pick<EngineContext, 'clock' | 'events' | 'images' | 'layers'>,
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
   * Resolves with the rest of the pull when the name is known; only then is there anything to report. Without a tag or a
   * digest all tags of the repository are pulled.
   */
  async begin(
    reference: Reference,
    platform: string | undefined,
  ): Promise<(report: Report) => Promise<void>> {
    const wanted = parsePlatformOption(platform);
    if (reference.tag === undefined && reference.digest === undefined)
      return this.#all(reference, await this.#source.tags(reference), wanted);
    const found = await this.#source.resolve(reference, wanted);
    return async (report) => this.#end(reference, await this.#pull(reference, found, report), report);
  }

  #all(
    repository: Reference,
    tags: readonly string[],
    platform: Platform,
  ): (report: Report) => Promise<void> {
    return async (report) => {
      let isNews = false;
      for (const tag of tags) {
        const reference = { ...repository, tag };
        const found = await this.#source.resolve(reference, platform);
        if (await this.#pull(reference, found, report)) isNews = true;
      }
      this.#end(repository, isNews, report);
    };
  }

  /** Whether the name stands for another image than before. */
  async #pull(reference: Reference, found: FoundImage, report: Report): Promise<boolean> {
    report({ status: `Pulling from ${reference.path}`, id: reference.tag ?? found.digest });
    const image = found.manifest.config.digest;
    const before = this.#context.images.named(reference);
    if (!this.#context.images.has(image)) await this.#bring(reference, found, report);
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

  async #bring(reference: Reference, found: FoundImage, report: Report): Promise<void> {
    const { config, layers } = found.manifest;
    const configText = await readDocument(await found.open(config), config);
    const parsed = parseImageConfig(configText);
    requireMachinePlatform(parsed);
    const pairs = pairLayers(layers, parsed);
    const name = familiarReference(reference);
    try {
      const size = await this.#layers(name, found, pairs, report);
      await this.#context.images.add({ id: config.digest, configText, size });
      // The first container of the image should find its layers served.
      await this.#context.layers.ensure(parsed.rootfs.diff_ids);
    } finally {
      this.#listener.ended(name);
    }
  }

  /** One after the other: unpacking is the slow part, and the machine has one processor. */
  async #layers(
    name: string,
    found: FoundImage,
    pairs: readonly LayerPair[],
    report: Report,
  ): Promise<number> {
    const total = pairs.reduce((sum, { blob }) => sum + blob.size, 0);
    let received = 0;
    let size = 0;
    for (const { blob } of pairs)
      report({ status: 'Pulling fs layer', progressDetail: {}, id: shortId(blob) });
    for (const { blob, diffId } of pairs) {
      const arrived = (bytes: number) => this.#listener.progress(name, (received += bytes), total);
      size += await this.#layer(found, blob, diffId, report, arrived);
    }
    return size;
  }

  async #layer(
    found: FoundImage,
    blob: Descriptor,
    diffId: DiffId,
    report: Report,
    arrived: (bytes: number) => void,
  ): Promise<number> {
    const known = await this.#content.size(diffId);
    if (known !== undefined) {
      report({ status: 'Already exists', progressDetail: {}, id: shortId(blob) });
      return known;
    }
    return fetchLayer({ found, blob, diffId, content: this.#content, id: shortId(blob), report, arrived });
  }
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
