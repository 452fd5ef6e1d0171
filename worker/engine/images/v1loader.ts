import type { DiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import { invalid } from '../../oci/errors.ts';
import type { ProgressMessage } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import type { ImageArchive } from './archive.ts';
import { digestOfText } from './archivedimages.ts';
import { imageSize } from './imagesize.ts';
import type { LayerContent } from './layercontent.ts';
import { nameLoaded } from './loadedname.ts';
import { machinePlatform } from './platform.ts';
import { progressMessage } from './progress.ts';
import type { V1Image } from './v1archive.ts';
import { configOfV1, historyOfV1, v1Image, v1Names } from './v1archive.ts';

type LoaderContext = Pick<EngineContext, 'clock' | 'images'>;
type LoaderLayers = Pick<LayerContent, 'create' | 'filesSize' | 'named' | 'unpacked'>;
type Report = (message: ProgressMessage) => void;

/**
 * Images as Docker before 1.10 has saved them. Every folder becomes an image, parents first; names are told of only where
 * another image had them. Fails with `invalid`; images before the one that is wrong have been loaded then.
 * https://github.com/moby/moby/blob/v28.5.2/image/tarexport/load.go (legacyLoad)
 */
export async function loadV1Images(
  context: LoaderContext,
  layers: LoaderLayers,
  archive: ImageArchive,
  quiet: boolean,
  report: Report,
): Promise<void> {
  const loader = new V1Loader(context, layers, archive, quiet ? () => undefined : report);
  for (const id of archive.folders()) await loader.load(id);
  for (const { reference, id } of await v1Names(archive)) {
    const image = loader.loaded.get(id);
    if (image === undefined) throw invalid(`invalid target ID: ${id}`);
    await nameLoaded(context, reference, image, report);
  }
}

class V1Loader {
  /** The images by the IDs of their folders. */
  readonly loaded = new Map<string, Digest>();
  readonly #context: LoaderContext;
  readonly #layers: LoaderLayers;
  readonly #archive: ImageArchive;
  readonly #report: Report;

  constructor(context: LoaderContext, layers: LoaderLayers, archive: ImageArchive, report: Report) {
    this.#context = context;
    this.#layers = layers;
    this.#archive = archive;
    this.#report = report;
  }

  /** With its parents; `below` are the ones that wait for it. */
  async load(id: string, below: readonly string[] = []): Promise<Digest> {
    const done = this.loaded.get(id);
    if (done !== undefined) return done;
    if (below.includes(id)) throw invalid(`invalid archive: ${id} is its own parent`);
    const described = await v1Image(this.#archive, id);
    if (described.os !== machinePlatform.os)
      throw invalid(`cannot load ${described.os} image on ${machinePlatform.os}`);
    const parent = described.parent && (await this.load(described.parent, [...below, id]));
    const image = await this.#add(id, described, parent || undefined);
    this.loaded.set(id, image);
    return image;
  }

  async #add(folder: string, described: V1Image, parent: Digest | undefined): Promise<Digest> {
    const { images } = this.#context;
    const below = parent === undefined ? undefined : images.get(parent).full;
    const diffId = await this.#layer(folder, described.layerPath);
    const diffIds = [...(below?.rootfs.diff_ids ?? []), diffId];
    const configText = configOfV1(described, diffIds, [...(below?.history ?? []), historyOfV1(described)]);
    const id = await digestOfText(configText);
    if (!images.has(id))
      await images.add({
        id,
        configText,
        size: await imageSize(this.#layers, diffIds),
        ...(parent && { parent }),
      });
    else if (parent !== undefined) await images.setParent(id, parent);
    this.#layers.named([diffId]);
    return id;
  }

  async #layer(folder: string, path: string): Promise<DiffId> {
    const total = this.#archive.size(path);
    const { diffId } = await this.#layers.create(this.#layers.unpacked(this.#archive.bytes(path)));
    this.#report(progressMessage(folder.slice(0, 12), 'Loading layer', total, total));
    return diffId;
  }
}
