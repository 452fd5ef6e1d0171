import type { ContentStore } from '../../content/contentstore.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import { digestHex, parseDigest } from '../../oci/digest.ts';
import { parseImageConfig } from '../../oci/imageconfig.ts';
import type { Platform } from '../../oci/platform.ts';
import { formatPlatform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import { familiarReference } from '../../oci/reference.ts';
import type { ProgressMessage } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { invalid } from '../errors.ts';
import { imageEvent } from './event.ts';
import { ImageArchive } from './archive.ts';
import type { ArchivedImage, ArchivedLayer } from './archivedimages.ts';
import { archivedImages, digestOfText } from './archivedimages.ts';
import { imageSize } from './imagesize.ts';
import { nameLoaded } from './loadedname.ts';
import type { ParentLink } from './parentlinks.ts';
import { linkParents } from './parentlinks.ts';
import { isV1Archive } from './v1archive.ts';
import { loadV1Images } from './v1loader.ts';
import type { LayerContent } from './layercontent.ts';
import { machinePlatform } from './platform.ts';
import { counted, paced, progressMessage } from './progress.ts';

type LoaderContext = Pick<EngineContext, 'clock' | 'events' | 'images'>;
type Report = (message: ProgressMessage) => void;

export interface LoadOptions {
  readonly quiet?: boolean;
  /** Images for other platforms are left out. */
  readonly platform?: Platform;
}

/** Reads images from a `docker save` tar or the tar of an OCI image layout. */
export class ImageLoader {
  readonly #context: LoaderContext;
  readonly #layers: LayerContent;
  readonly #content: ContentStore;

  constructor(context: LoaderContext, layers: LayerContent, content: ContentStore) {
    this.#context = context;
    this.#layers = layers;
    this.#content = content;
  }

  /** Fails with `invalid` when it is no such archive; images before the one that is wrong have been loaded then. */
  async load(tar: AsyncIterable<Uint8Array>, options: LoadOptions, report: Report): Promise<void> {
    const archive = await ImageArchive.receive(this.#layers.unpacked(tar), this.#content);
    try {
      if (isV1Archive(archive))
        await loadV1Images(this.#context, this.#layers, archive, options.quiet ?? false, report);
      else await this.#takeAll(archive, options, report);
    } finally {
      await archive.close();
    }
  }

  async #takeAll(archive: ImageArchive, options: LoadOptions, report: Report): Promise<void> {
    const links: ParentLink[] = [];
    for (const image of await archivedImages(archive, machinePlatform))
      if (isWanted(image, options.platform))
        links.push({
          id: await this.#take(archive, image, options.quiet ?? false, report),
          parent: image.parent,
        });
    await linkParents(this.#context.images, links);
  }

  async #take(archive: ImageArchive, image: ArchivedImage, quiet: boolean, report: Report): Promise<Digest> {
    const { images, events } = this.#context;
    const { diff_ids: diffIds } = parseImageConfig(image.configText).rootfs;
    if (diffIds.length !== image.layers.length)
      throw invalid(
        `invalid manifest, layers length mismatch: expected ${diffIds.length}, got ${image.layers.length}`,
      );
    const id = await digestOfText(image.configText);
    const unpin = await this.#layers.pin(diffIds);
    try {
      for (const [at, layer] of image.layers.entries())
        await this.#layer(archive, layer, diffIds[at] as DiffId, quiet ? silent : report);
      if (!images.has(id)) {
        const size = await imageSize(this.#layers, diffIds);
        await images.add({ id, configText: image.configText, size });
      }
    } finally {
      unpin();
    }
    for (const name of image.names) await this.#name(name, id, report);
    if (image.names.length === 0) report({ stream: `Loaded image ID: ${id}\n` });
    imageEvent(events, images.get(id), 'load', { id, name: id });
    return id;
  }

  async #layer(archive: ImageArchive, layer: ArchivedLayer, diffId: DiffId, report: Report): Promise<void> {
    if ((await this.#layers.size(diffId)) !== undefined) return;
    const { path, size: total, blob } = layer;
    const id = digestHex(parseDigest(diffId)).slice(0, 12);
    const tell = paced(total, (current) => report(progressMessage(id, 'Loading layer', current, total)));
    const bytes = counted(archive.bytes(path), tell);
    await (blob === undefined
      ? this.#layers.ingestTar(this.#layers.unpacked(bytes), diffId)
      : this.#layers.ingest(bytes, blob, diffId));
  }

  async #name(reference: Reference, image: Digest, report: Report): Promise<void> {
    await nameLoaded(this.#context, reference, image, report);
    report({ stream: `Loaded image: ${familiarReference(reference)}\n` });
  }
}

function isWanted({ configText }: ArchivedImage, platform: Platform | undefined): boolean {
  if (platform === undefined) return true;
  return formatPlatform(parseImageConfig(configText)) === formatPlatform(platform);
}

const silent: Report = () => undefined;
