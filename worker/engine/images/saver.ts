import { createHasher } from '../../content/hasher.ts';
import type { Digest } from '../../oci/digest.ts';
import { digestHex, parseDigest } from '../../oci/digest.ts';
import type { DiffId } from '../../oci/diffid.ts';
import { mediaTypes } from '../../oci/mediatype.ts';
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
import { createdAt } from './filters.ts';
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

/**
 * The images as `docker save` writes them: an OCI image layout and Docker's own manifest.json over the same blobs, each of
 * which is there once. By a repository all its tags are saved, by an ID no name.
 * https://github.com/moby/moby/blob/v28.5.2/image/tarexport/save.go
 */
export async function saveImages(
  { events, images }: Pick<EngineContext, 'events' | 'images'>,
  layers: Pick<LayerContent, 'size' | 'tar'>,
  names: readonly string[],
): Promise<AsyncIterable<Uint8Array>> {
  const chosen = choose(images, names);
  const sizes = await layerSizes(layers, chosen);
  for (const { image } of chosen) imageEvent(events, image, 'save', { id: image.id, name: image.id });
  return archive(layers, chosen, sizes);
}

function choose(images: ImageStore, names: readonly string[]): Chosen[] {
  const chosen = new Map<Digest, Chosen>();
  for (const name of names) {
    const tags = tagsMeant(images, name);
    const image = images.get(tags[0] === undefined ? name : familiarReference(tags[0]));
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
  const image = images.get(isRepository(images, name) ? firstTag(images, name) : name);
  const reference = tryParse(name);
  if (reference === undefined || reference.digest !== undefined) return [];
  if (reference.tag !== undefined) return images.named(reference) ? [reference] : [];
  if (isRepository(images, name)) return repositoryTags(images, reference);
  return images.named(withDefaultTag(reference))?.image === image.id ? [withDefaultTag(reference)] : [];
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
  yield directory('blobs/', 0);
  yield directory('blobs/sha256/', 0);
  for (const [diffId, size] of sizes) {
    yield file(blobPath(diffId), size, 0);
    yield* layers.tar(diffId);
    yield tarPadding(size);
  }
  const manifests: (Descriptor & { annotations?: Record<string, string> })[] = [];
  for (const { image, names } of chosen) {
    const manifest = await describe(manifestOf(image, sizes), mediaTypes.ociManifest);
    const seconds = Math.max(0, Math.floor(createdAt(image) / 1000));
    yield* document(blobPath(image.id), image.configText, seconds);
    yield* document(blobPath(manifest.descriptor.digest), manifest.text, seconds);
    manifests.push(...named(manifest.descriptor, names));
  }
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  yield* document('index.json', JSON.stringify(index), 0);
  yield* document('manifest.json', JSON.stringify(chosen.map((one) => dockerManifest(one, sizes))), 0);
  yield* document('oci-layout', '{"imageLayoutVersion":"1.0.0"}', 0);
  const repositories = repositoriesOf(chosen);
  if (repositories !== undefined) yield* document('repositories', JSON.stringify(repositories), 0);
  yield tarEnd;
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

function dockerManifest({ image, names }: Chosen, sizes: ReadonlyMap<DiffId, number>): object {
  const sources = image.layers.map((diffId) => [diffId, layerDescriptor(diffId, sizes)] as const);
  return {
    Config: blobPath(image.id),
    RepoTags: names.length > 0 ? names.map(familiarReference) : null,
    Layers: image.layers.map(blobPath),
    LayerSources: Object.fromEntries(sources),
  };
}

function named(
  descriptor: Descriptor,
  names: readonly Reference[],
): (Descriptor & { annotations?: Record<string, string> })[] {
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
  return Object.keys(all).length > 0 ? all : undefined;
}

async function describe(text: string, mediaType: string): Promise<{ text: string; descriptor: Descriptor }> {
  const hasher = await createHasher();
  const bytes = bytesOf(text);
  hasher.update(bytes);
  return { text, descriptor: { mediaType, digest: hasher.digest(), size: bytes.length } };
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
