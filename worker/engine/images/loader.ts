import type { ContentStore } from '../../content/contentstore.ts';
import { createHasher } from '../../content/hasher.ts';
import { unpacked } from '../../layers/unpack.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import { digestAlgorithm, digestHex, parseDigest } from '../../oci/digest.ts';
import { parseImageConfig } from '../../oci/imageconfig.ts';
import { parseIndex } from '../../oci/imageindex.ts';
import { list, member, object, optionalMembers, parseJson, string } from '../../oci/json.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { isIndexType } from '../../oci/mediatype.ts';
import type { Reference } from '../../oci/reference.ts';
import { familiarReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { ProgressMessage } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { invalid } from '../errors.ts';
import { imageEvent } from './event.ts';
import { ImageArchive } from './archive.ts';
import type { LayerContent } from './layercontent.ts';
import { chooseManifest, machinePlatform } from './platform.ts';
import { progressMessage } from './progress.ts';

type LoaderContext = Pick<EngineContext, 'clock' | 'events' | 'images'>;
type Report = (message: ProgressMessage) => void;

/** An image as an archive describes it. */
interface ArchivedImage {
  readonly configText: string;
  readonly names: readonly Reference[];
  /** One a layer, the lowest first. */
  readonly layers: readonly ((diffId: DiffId) => Promise<number>)[];
  /** Bytes of each layer in the archive. */
  readonly sizes: readonly number[];
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
  async load(tar: AsyncIterable<Uint8Array>, quiet: boolean, report: Report): Promise<void> {
    const archive = await ImageArchive.receive(tar, this.#content);
    try {
      for (const image of await this.#images(archive)) await this.#take(image, quiet, report);
    } finally {
      await archive.close();
    }
  }

  #images(archive: ImageArchive): Promise<ArchivedImage[]> {
    if (archive.has('manifest.json')) return this.#dockerImages(archive);
    if (archive.has('index.json')) return this.#ociImages(archive);
    throw invalid('invalid archive: it has neither a manifest.json nor an index.json');
  }

  /** https://github.com/moby/moby/blob/v28.5.2/image/spec/spec.md */
  async #dockerImages(archive: ImageArchive): Promise<ArchivedImage[]> {
    const entries = list(dockerEntry)(
      parseJson(await archive.text('manifest.json'), 'manifest.json'),
      'manifest.json',
    );
    return Promise.all(
      entries.map(async ({ config, tags, layers }) => ({
        configText: await archive.text(config),
        names: tags.map((tag) => withDefaultTag(parseReference(tag))),
        layers: layers.map(
          (path) => (diffId: DiffId) => this.#layers.ingestTar(unpacked(archive.bytes(path)), diffId),
        ),
        sizes: layers.map((path) => archive.size(path)),
      })),
    );
  }

  async #ociImages(archive: ImageArchive): Promise<ArchivedImage[]> {
    const { manifests } = parseIndex(await archive.text('index.json'));
    return Promise.all(manifests.map((descriptor) => this.#ociImage(archive, descriptor)));
  }

  async #ociImage(archive: ImageArchive, named: Descriptor): Promise<ArchivedImage> {
    const chosen = isIndexType(named.mediaType)
      ? chooseManifest(parseIndex(await document(archive, named), named.mediaType), machinePlatform)
      : named;
    const { config, layers } = parseManifest(await document(archive, chosen), chosen.mediaType);
    return {
      configText: await document(archive, config),
      names: namesOf(named),
      layers: layers.map(
        (blob) => (diffId: DiffId) => this.#layers.ingest(archive.bytes(blobPath(blob)), blob, diffId),
      ),
      sizes: layers.map(({ size }) => size),
    };
  }

  async #take(image: ArchivedImage, quiet: boolean, report: Report): Promise<void> {
    const { images, events } = this.#context;
    const { diff_ids: diffIds } = parseImageConfig(image.configText).rootfs;
    if (diffIds.length !== image.layers.length)
      throw invalid(
        `invalid manifest, layers length mismatch: expected ${diffIds.length}, got ${image.layers.length}`,
      );
    const id = await digestOf(image.configText);
    let size = 0;
    for (const [at, diffId] of diffIds.entries())
      size += await this.#layer(image, at, diffId, quiet ? silent : report);
    if (!images.has(id)) await images.add({ id, configText: image.configText, size });
    for (const name of image.names) await this.#name(name, id, report);
    if (image.names.length === 0) report({ stream: `Loaded image ID: ${id}\n` });
    imageEvent(events, images.get(id), 'load', { id, name: id });
  }

  async #layer(image: ArchivedImage, at: number, diffId: DiffId, report: Report): Promise<number> {
    const known = await this.#layers.size(diffId);
    if (known !== undefined) return known;
    const total = image.sizes[at] ?? 0;
    const size = (await image.layers[at]?.(diffId)) ?? 0;
    report(progressMessage(digestHex(parseDigest(diffId)).slice(0, 12), 'Loading layer', total, total));
    return size;
  }

  async #name(reference: Reference, image: Digest, report: Report): Promise<void> {
    const { images, clock } = this.#context;
    const name = familiarReference(reference);
    const before = images.named(reference)?.image;
    if (before !== undefined && before !== image)
      report({
        stream: `The image ${name} already exists, renaming the old one with ID ${before} to empty string\n`,
      });
    await images.tag(reference, { image, taggedAt: clock.now() });
    report({ stream: `Loaded image: ${name}\n` });
  }
}

const silent: Report = () => undefined;

const dockerEntry = (value: unknown, where: string): { config: string; tags: string[]; layers: string[] } => {
  const from = object(value, where);
  // An image without a name has null here.
  const named =
    from['RepoTags'] === null
      ? {}
      : optionalMembers<{ RepoTags?: string[] }>(from, { RepoTags: list(string) }, where);
  return {
    config: member(from, 'Config', string, where),
    tags: named.RepoTags ?? [],
    layers: from['Layers'] === null ? [] : member(from, 'Layers', list(string), where),
  };
};

function namesOf({ annotations = {} }: Descriptor): Reference[] {
  const name = annotations['io.containerd.image.name'] ?? annotations['org.opencontainers.image.ref.name'];
  try {
    return name === undefined ? [] : [withDefaultTag(parseReference(name))];
  } catch {
    return [];
  }
}

function blobPath({ digest }: Pick<Descriptor, 'digest'>): string {
  return `blobs/${digestAlgorithm(digest)}/${digestHex(digest)}`;
}

async function document(archive: ImageArchive, descriptor: Descriptor): Promise<string> {
  const text = await archive.text(blobPath(descriptor));
  if ((await digestOf(text, digestAlgorithm(descriptor.digest))) !== descriptor.digest)
    throw invalid(`invalid archive: ${blobPath(descriptor)} does not have the digest that it is named by`);
  return text;
}

async function digestOf(text: string, algorithm?: string): Promise<Digest> {
  const hasher = await createHasher(algorithm);
  hasher.update(new TextEncoder().encode(text));
  return hasher.digest();
}
