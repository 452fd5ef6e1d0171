import type {
  DeletedImage,
  Filters,
  ImageHistoryItem,
  ImageInspect,
  ImagesPruned,
  ImportOptions,
  ImageSummary,
  ProgressMessage,
} from '../../protocol/engine-api.ts';
import type { ContentStore } from '../../content/contentstore.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import { errorMessage } from '../../oci/errors.ts';
import type { Platform } from '../../oci/platform.ts';
import type { EngineContext } from '../context.ts';
import { Channel } from './channel.ts';
import type { DeleteOptions } from './deleter.ts';
import { ImageDeleter } from './deleter.ts';
import { imageFilter } from './filters.ts';
import { imageHistory } from './history.ts';
import { layerSizes } from './imagesize.ts';
import type { LayerContent } from './layercontent.ts';
import type { LayerKeeper } from './layercollector.ts';
import { LayerCollector } from './layercollector.ts';
import type { LayerUse } from './layeruse.ts';
import { layerUse } from './layeruse.ts';
import type { ApplyChanges } from './committer.ts';
import { download } from './download.ts';
import { importImage } from './importer.ts';
import { counted, paced, progressMessage } from './progress.ts';
import { saveImages } from './saver.ts';
import { listImages } from './list.ts';
import type { LoadOptions } from './loader.ts';
import { ImageLoader } from './loader.ts';
import { parsePlatformOption, requirePlatform } from './platform.ts';
import { inspectImage } from './inspect.ts';
import { tagImage, tagReference } from './tagger.ts';

type ImagesContext = Pick<
  EngineContext,
  'buildCache' | 'buildContexts' | 'cacheMounts' | 'clock' | 'containers' | 'events' | 'images'
>;

/** What can be done with the images that are here, and with those in archives. */
export class Images {
  readonly #context: ImagesContext;
  readonly #layers: LayerContent;
  readonly #deleter: ImageDeleter;
  readonly #collector: LayerCollector;
  readonly #loader: ImageLoader;
  readonly #applyChanges: ApplyChanges;

  constructor(
    context: ImagesContext,
    layers: LayerContent & LayerKeeper,
    content: ContentStore,
    applyChanges: ApplyChanges,
  ) {
    this.#context = context;
    this.#applyChanges = applyChanges;
    this.#layers = layers;
    this.#collector = new LayerCollector(context, layers);
    this.#deleter = new ImageDeleter(context, this.#collector);
    this.#loader = new ImageLoader(context, layers, content);
  }

  /** What each shares with others is counted only when it is asked for. */
  async list(options: { all?: boolean; filters?: Filters; sharedSize?: boolean }): Promise<ImageSummary[]> {
    const filter = imageFilter(
      options.filters ?? {},
      this.#context.images,
      'list',
      this.#context.clock.now(),
    );
    const images = listImages(this.#context, filter, options.all ?? false);
    return options.sharedSize ? withShared(images, await this.#layerUse()) : images;
  }

  /** Of what has been there for so many milliseconds. */
  sweep(milliseconds?: number): Promise<void> {
    return this.#collector.sweep(milliseconds);
  }

  async usage(): Promise<{ images: ImageSummary[]; layersSize: number }> {
    const use = await this.#layerUse();
    return { images: withShared(await this.list({}), use), layersSize: use.total };
  }

  inspect(name: string, { platform }: { platform?: Platform } = {}): ImageInspect {
    const { images } = this.#context;
    const image = images.get(name);
    requirePlatform(name, image.full, platform);
    return inspectImage(image, images);
  }

  async history(name: string, { platform }: { platform?: Platform } = {}): Promise<ImageHistoryItem[]> {
    const { images } = this.#context;
    const image = images.get(name);
    requirePlatform(name, image.full, platform);
    return imageHistory(image, images, await layerSizes(this.#layers, image.layers));
  }

  async tag(name: string, { repo, tag }: { repo: string; tag?: string }): Promise<void> {
    const reference = tagReference(repo, tag);
    await tagImage(this.#context, this.#context.images.get(name), reference);
  }

  delete(name: string, options: DeleteOptions): Promise<DeletedImage[]> {
    return this.#deleter.delete(name, options);
  }

  /** Nameless images that no other one is made from; with `dangling=false` all that no container uses. */
  async prune(filters: Filters): Promise<ImagesPruned> {
    const { images, containers, events, clock } = this.#context;
    const { dangling = true, wants } = imageFilter(filters, images, 'prune', clock.now());
    const used = new Set(containers.all().map(({ imageId }) => imageId));
    const unwanted = images
      .all()
      .filter((image) => !used.has(image.id) && wants(image) && images.childrenOf(image.id).length === 0)
      .filter(({ id }) => !dangling || images.tagsOf(id).length === 0);
    const layers = [...new Set(unwanted.flatMap((image) => image.layers))];
    const sizes = await layerSizes(this.#layers, layers);
    const done: DeletedImage[] = [];
    for (const { id } of unwanted) done.push(...(await this.#deleteWithNames(id)));
    const SpaceReclaimed = await this.#gone(layers, sizes);
    events.publish('image', 'prune', '', { reclaimed: String(SpaceReclaimed) });
    return { ImagesDeleted: done.length > 0 ? done : null, SpaceReclaimed };
  }

  save(
    names: readonly string[],
    { platform }: { platform?: Platform } = {},
  ): Promise<AsyncIterable<Uint8Array>> {
    return saveImages(this.#context, this.#layers, names, platform);
  }

  import(tar: AsyncIterable<Uint8Array>, options: ImportOptions): Promise<Digest> {
    return importImage(this.#context, this.#layers, tar, options, this.#applyChanges);
  }

  async importFrom(address: string, options: ImportOptions): Promise<AsyncIterable<ProgressMessage>> {
    parsePlatformOption(options.platform);
    const found = await download((url) => fetch(url), address);
    return this.#messages(async (report) => {
      report({ status: `Downloading from ${found.address}` });
      const tell = paced(found.total, (current) =>
        report(progressMessage('', 'Importing', current, found.total)),
      );
      const tar = counted(found.bytes, tell);
      report({ status: await this.import(tar, options) });
    });
  }

  /** Returns at once and reads the archive while its messages are read; what is wrong with it comes as a message. */
  load(tar: AsyncIterable<Uint8Array>, options: LoadOptions): AsyncIterable<ProgressMessage> {
    return this.#messages((report) => this.#loader.load(tar, options, report));
  }

  /** What a task reports, and last its failure. */
  #messages(
    task: (report: (message: ProgressMessage) => void) => Promise<void>,
  ): AsyncIterable<ProgressMessage> {
    const messages = new Channel<ProgressMessage>();
    void task((message) => messages.push(message))
      .catch((error: unknown) => {
        const message = errorMessage(error);
        messages.push({ error: message, errorDetail: { message } });
      })
      .finally(() => messages.close());
    return messages;
  }

  async #deleteWithNames(id: ImageSummary['Id']): Promise<DeletedImage[]> {
    const names = this.#context.images.tagsOf(this.#context.images.get(id).id);
    const done: DeletedImage[] = [];
    for (const name of names) done.push(...(await this.#deleter.delete(name, {})));
    if (this.#context.images.find(id) !== undefined) done.push(...(await this.#deleter.delete(id, {})));
    return done;
  }

  #layerUse(): Promise<LayerUse> {
    return layerUse(this.#context.images.all(), (layer) => this.#layers.filesSize(layer));
  }

  /** Bytes of those layers that are not here any more. */
  async #gone(layers: readonly DiffId[], sizes: readonly number[]): Promise<number> {
    const here = await Promise.all(layers.map((layer) => this.#layers.size(layer)));
    return sizes.reduce((sum, size, at) => (here[at] === undefined ? sum + size : sum), 0);
  }
}

function withShared(images: readonly ImageSummary[], { shared }: LayerUse): ImageSummary[] {
  return images.map((image) => Object.assign(image, { SharedSize: shared.get(image.Id as Digest) ?? 0 }));
}
