import { createHasher } from '../../content/hasher.ts';
import { chainIds } from '../../oci/chainid.ts';
import type { Digest } from '../../oci/digest.ts';
import { digestHex, parseDigest } from '../../oci/digest.ts';
import type { DiffId } from '../../oci/diffid.ts';
import { goJson } from '../../oci/gojson.ts';
import { mediaTypes } from '../../oci/mediatype.ts';
import type { Platform } from '../../oci/platform.ts';
import { formatPlatform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import {
  familiarName,
  familiarReference,
  formatReference,
  parseReference,
  withDefaultTag,
} from '../../oci/reference.ts';
import { encodeText } from '../../oci/text.ts';
import { tarEnd, tarHeader, tarPadding } from '../../oci/tar/writer.ts';
import { internal, notFound } from '../errors.ts';
import { createdAt } from './filters.ts';
import { sha256Hex } from './layercollector.ts';
import { v1Configs } from './v1config.ts';
import type { Image } from './image.ts';
import type { LayerContent } from './layercontent.ts';
import type { EngineContext } from '../context.ts';
import { imageEvent } from './event.ts';
import type { ImageStore } from './store.ts';

/** An image with the names under which it is saved. */
interface Chosen {
  readonly image: Image;
  readonly names: Reference[];
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

type NamedDescriptor = Descriptor & { annotations?: Record<string, string> };

/**
 * The images as `docker save` writes them: an OCI image layout and Docker's own manifest.json over the same blobs, each of
 * which is there once. By a repository all its tags are saved, by an ID no name.
 * https://github.com/moby/moby/blob/v28.5.2/image/tarexport/save.go
 */
export async function saveImages(
  { events, images }: Pick<EngineContext, 'events' | 'images'>,
  layers: Pick<LayerContent, 'size' | 'tar'>,
  names: readonly string[],
  platform?: Platform,
): Promise<AsyncIterable<Uint8Array>> {
  const chosen = choose(images, names);
  for (const { image } of chosen) requireExportable(image, platform);
  const sizes = await layerSizes(layers, chosen);
  for (const { image } of chosen) imageEvent(events, image, 'save', { id: image.id, name: image.id });
  return archive(layers, chosen, sizes);
}

/** https://github.com/moby/moby/blob/v28.5.2/image/tarexport/save.go (parseNames, saveImage) */
function requireExportable({ full, layers }: Image, platform: Platform | undefined): void {
  if (platform !== undefined && formatPlatform(platform) !== formatPlatform(full))
    throw notFound(`no suitable export target found for platform ${formatPlatform(platform)}`);
  if (layers.length === 0) throw internal('empty export - not implemented');
}

function choose(images: ImageStore, names: readonly string[]): Chosen[] {
  const chosen = new Map<Digest, Chosen>();
  for (const name of names) {
    const tags = tagsMeant(images, name);
    const image = images.find(tags[0] === undefined ? name : familiarReference(tags[0]));
    if (image === undefined) throw notFound(`No such image: ${name}`);
    const all = tags.length > 0 ? tags : [undefined];
    for (const tag of all) {
      const one = tag === undefined ? image : images.get(familiarReference(tag));
      const known = chosen.get(one.id) ?? { image: one, names: [] };
      chosen.set(one.id, known);
      if (tag !== undefined && !known.names.some((other) => formatReference(other) === formatReference(tag)))
        known.names.push(tag);
    }
  }
  return [...chosen.values()];
}

/** The tags that a name stands for: itself, or all of its repository; none for an ID or a digest. */
function tagsMeant(images: ImageStore, name: string): Reference[] {
  const image = images.find(isRepository(images, name) ? firstTag(images, name) : name);
  const reference = tryParse(name);
  if (reference === undefined || reference.digest !== undefined) return [];
  if (reference.tag !== undefined) return images.named(reference) ? [reference] : [];
  if (isRepository(images, name)) return repositoryTags(images, reference);
  return images.named(withDefaultTag(reference))?.image === image?.id ? [withDefaultTag(reference)] : [];
}

function isRepository(images: ImageStore, name: string): boolean {
  const reference = tryParse(name);
  return (
    reference !== undefined &&
    !reference.tag &&
    !reference.digest &&
    repositoryTags(images, reference).length > 0
  );
}

function firstTag(images: ImageStore, name: string): string {
  const [first] = repositoryTags(images, parseReference(name));
  return first === undefined ? name : familiarReference(first);
}

function repositoryTags(images: ImageStore, { domain, path }: Reference): Reference[] {
  return images
    .all()
    .flatMap(({ id }) => images.referencesOf(id))
    .filter((other) => other.domain === domain && other.path === path && other.tag !== undefined);
}

function tryParse(name: string): Reference | undefined {
  try {
    return parseReference(name);
  } catch {
    return undefined;
  }
}

async function layerSizes(
  layers: Pick<LayerContent, 'size'>,
  chosen: readonly Chosen[],
): Promise<Map<DiffId, number>> {
  const all = new Set(chosen.flatMap(({ image }) => image.layers));
  return new Map(await Promise.all([...all].map(async (id) => [id, (await layers.size(id)) ?? 0] as const)));
}

async function* archive(
  layers: Pick<LayerContent, 'tar'>,
  chosen: readonly Chosen[],
  sizes: ReadonlyMap<DiffId, number>,
): AsyncGenerator<Uint8Array> {
  const blobs = new Map<string, Blob>();
  const manifests: NamedDescriptor[] = [];
  for (const { image, names } of chosen) {
    const manifest = manifestOf(image, sizes);
    for (const blob of await blobsOf(image, manifest))
      if (!blobs.has(blob.digest)) blobs.set(blob.digest, blob);
    const { descriptor } = await describe(manifest, mediaTypes.ociManifest);
    manifests.push(...named(descriptor, names));
  }
  const last = secondsOf(chosen.at(-1)?.image);
  yield directory('blobs/', last);
  yield directory('blobs/sha256/', last);
  for (const blob of [...blobs.values()].sort((one, other) => (one.digest < other.digest ? -1 : 1))) {
    if (blob.text === undefined) yield* layer(layers, blob, sizes.get(blob.digest as DiffId) ?? 0);
    else yield* document(blobPath(blob.digest), blob.text, blob.seconds);
  }
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  yield* document('index.json', goJson(index), 0);
  yield* document('manifest.json', `${goJson(dockerManifests(chosen, sizes))}\n`, 0);
  yield* document('oci-layout', '{"imageLayoutVersion": "1.0.0"}', 0);
  const repositories = repositoriesOf(chosen);
  if (repositories !== undefined) yield* document('repositories', `${goJson(repositories)}\n`, 0);
  yield tarEnd;
}

interface Blob {
  readonly digest: string;
  /** Of a document; a layer has none. */
  readonly text: string | undefined;
  readonly seconds: number;
}

async function blobsOf(image: Image, manifest: string): Promise<Blob[]> {
  const seconds = secondsOf(image);
  const old = await v1Configs(image.configText, await chainIds(image.layers, sha256Hex));
  const documents = [...old.map(({ text }) => ({ text, seconds })), { text: manifest, seconds: 0 }];
  return [
    ...image.layers.map((digest) => ({ digest, text: undefined, seconds })),
    { digest: image.id, text: image.configText, seconds },
    ...(await Promise.all(
      documents.map(async (one) => ({ ...one, digest: (await describe(one.text, '')).digest })),
    )),
  ];
}

async function* layer(
  layers: Pick<LayerContent, 'tar'>,
  { digest, seconds }: Blob,
  size: number,
): AsyncGenerator<Uint8Array> {
  yield file(blobPath(digest), size, seconds);
  yield* layers.tar(digest as DiffId);
  yield tarPadding(size);
}

/** When an image was made; Docker dates what it saves of it so. */
function secondsOf(image: Image | undefined): number {
  return image === undefined ? 0 : Math.max(0, Math.floor(createdAt(image) / 1000));
}

function manifestOf(image: Image, sizes: ReadonlyMap<DiffId, number>): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: mediaTypes.ociConfig, digest: image.id, size: bytesOf(image.configText).length },
    layers: image.layers.map((diffId) => layerDescriptor(diffId, sizes)),
  });
}

function layerDescriptor(diffId: DiffId, sizes: ReadonlyMap<DiffId, number>): Descriptor {
  return { mediaType: mediaTypes.ociLayer, digest: parseDigest(diffId), size: sizes.get(diffId) ?? 0 };
}

/** The parent is named where it is in the same archive. */
function dockerManifests(chosen: readonly Chosen[], sizes: ReadonlyMap<DiffId, number>): object[] {
  const saved = new Set(chosen.map(({ image }) => image.id));
  return chosen.map(({ image, names }) => ({
    Config: blobPath(image.id),
    RepoTags: names.length > 0 ? names.map(familiarReference) : null,
    Layers: image.layers.map(blobPath),
    ...(image.parent && saved.has(image.parent) && { Parent: image.parent }),
    LayerSources: layerSources(image, sizes),
  }));
}

function layerSources({ layers }: Image, sizes: ReadonlyMap<DiffId, number>): object {
  const sources = layers.map((diffId) => {
    const { mediaType, size, digest } = layerDescriptor(diffId, sizes);
    return [diffId, { mediaType, size, digest }] as const;
  });
  return Object.fromEntries(sources.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function named(descriptor: Descriptor, names: readonly Reference[]): NamedDescriptor[] {
  if (names.length === 0) return [descriptor];
  return names.map((name) => ({
    ...descriptor,
    annotations: {
      'io.containerd.image.name': formatReference(name),
      'org.opencontainers.image.ref.name': name.tag ?? '',
    },
  }));
}

function repositoriesOf(chosen: readonly Chosen[]): Record<string, Record<string, string>> | undefined {
  const all: Record<string, Record<string, string>> = {};
  for (const { image, names } of chosen) {
    const top = image.layers.at(-1);
    for (const name of names)
      (all[familiarName(name)] ??= {})[name.tag ?? ''] = digestHex(parseDigest(top ?? image.id));
  }
  const entries = Object.entries(all).map(([name, tags]) => [name, sorted(tags)] as const);
  return entries.length > 0 ? sorted(Object.fromEntries(entries)) : undefined;
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function describe(
  text: string,
  mediaType: string,
): Promise<{ digest: Digest; descriptor: Descriptor }> {
  const hasher = await createHasher();
  const bytes = bytesOf(text);
  hasher.update(bytes);
  const digest = hasher.digest();
  return { digest, descriptor: { mediaType, digest, size: bytes.length } };
}

function* document(path: string, text: string, mtime: number): Generator<Uint8Array> {
  const bytes = bytesOf(text);
  yield file(path, bytes.length, mtime);
  yield bytes;
  yield tarPadding(bytes.length);
}

function file(path: string, size: number, mtime: number): Uint8Array {
  return tarHeader({ type: 'file', path: encodeText(path), mode: 0o644, uid: 0, gid: 0, mtime, size });
}

function directory(path: string, mtime: number): Uint8Array {
  return tarHeader({ type: 'directory', path: encodeText(path), mode: 0o755, uid: 0, gid: 0, mtime });
}

function blobPath(digest: string): string {
  return `blobs/sha256/${digestHex(parseDigest(digest))}`;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
