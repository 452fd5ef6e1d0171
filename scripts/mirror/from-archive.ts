import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createGzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Verifier } from '../../worker/content/verifier.ts';
import { ingest } from '../../worker/content/ingest.ts';
import { ImageArchive } from '../../worker/engine/images/archive.ts';
import type { ArchivedImage, ArchivedLayer } from '../../worker/engine/images/archivedimages.ts';
import { archivedImages, digestOfText } from '../../worker/engine/images/archivedimages.ts';
import { machinePlatform } from '../../worker/engine/images/platform.ts';
import { unpacked } from '../../worker/layers/unpack.ts';
import type { Descriptor } from '../../worker/oci/descriptor.ts';
import type { DiffId } from '../../worker/oci/diffid.ts';
import { parseDigest } from '../../worker/oci/digest.ts';
import { invalid } from '../../worker/oci/errors.ts';
import { parseImageConfig } from '../../worker/oci/imageconfig.ts';
import { parseManifest } from '../../worker/oci/manifest.ts';
import { isManifestType, mediaTypes } from '../../worker/oci/mediatype.ts';
import type { Document } from '../../worker/registry/repository.ts';
import { FolderStore, fileBytes } from '../folder/content.ts';
import type { MirroredImage } from './mirrored-image.ts';
import type { RegistryFolder } from './registry-folder.ts';

/** Takes the images of an archive, packed or not, one after the other. Their layers are packed into the folder. */
export async function* imagesOfArchive(path: string, folder: RegistryFolder): AsyncGenerator<MirroredImage> {
  const scratch = mkdtempSync(join(tmpdir(), 'bottleship-mirror-'));
  try {
    const archive = await ImageArchive.receive(unpacked(fileBytes(path)), new FolderStore(scratch));
    const known = await knownLayers(folder);
    for (const image of await archivedImages(archive, machinePlatform))
      yield await packed(image, { path, archive, folder, known });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Layers of the folder by what they are unpacked. */
type KnownLayers = Map<DiffId, Descriptor>;

interface Packing {
  readonly path: string;
  readonly archive: ImageArchive;
  readonly folder: RegistryFolder;
  readonly known: KnownLayers;
}

async function packed(image: ArchivedImage, packing: Packing): Promise<MirroredImage> {
  const { configText, names } = image;
  const { diff_ids: diffIds } = parseImageConfig(configText).rootfs;
  if (diffIds.length !== image.layers.length)
    throw invalid(`the image has ${diffIds.length} layers, and the archive ${image.layers.length}`);
  const layers: Descriptor[] = [];
  for (const [at, layer] of image.layers.entries())
    layers.push(await packedLayer(layer, diffIds[at] as DiffId, packing));
  return {
    names,
    source: `docker-archive:${basename(packing.path)}`,
    manifest: image.manifest ?? (await manifestOf(configText, layers)),
    // Layers are in the folder already.
    open: async () => once(new TextEncoder().encode(configText)),
  };
}

async function manifestOf(configText: string, layers: readonly Descriptor[]): Promise<Document> {
  const config = {
    mediaType: mediaTypes.ociConfig,
    digest: await digestOfText(configText),
    size: Buffer.byteLength(configText),
  };
  const mediaType = mediaTypes.ociManifest;
  const text = JSON.stringify({ schemaVersion: 2, mediaType, config, layers });
  return { mediaType, text, digest: await digestOfText(text) };
}

/** What an image layout has packed stays as it is. */
async function packedLayer(
  { path, blob }: ArchivedLayer,
  diffId: DiffId,
  { archive, folder, known }: Packing,
): Promise<Descriptor> {
  if (blob !== undefined) {
    if (!(await folder.blobs.has(blob.digest))) await ingest(folder.blobs, archive.bytes(path), blob);
    return blob;
  }
  const before = known.get(diffId);
  if (before !== undefined && (await folder.blobs.has(before.digest))) return before;
  const tar = checked(unpacked(archive.bytes(path)), diffId);
  const { digest, size } = await ingest(folder.blobs, gzipped(tar));
  const descriptor = { mediaType: mediaTypes.ociLayerGzip, digest, size };
  known.set(diffId, descriptor);
  return descriptor;
}

async function* gzipped(tar: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ level: 9 });
  const packing = pipeline(Readable.from(tar, { objectMode: false }), gzip);
  // What goes wrong is thrown to the reader too.
  packing.catch(() => undefined);
  for await (const chunk of gzip) yield chunk as Uint8Array;
  await packing;
}

async function* checked(tar: AsyncIterable<Uint8Array>, diffId: DiffId): AsyncGenerator<Uint8Array> {
  const verifier = await Verifier.create({ digest: parseDigest(diffId) });
  for await (const chunk of tar) {
    verifier.update(chunk);
    yield chunk;
  }
  verifier.finish();
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** As the manifests and configs of the folder say. */
async function knownLayers(folder: RegistryFolder): Promise<KnownLayers> {
  const known: KnownLayers = new Map();
  for (const { digest, mediaType } of folder.entries()) {
    if (!isManifestType(mediaType)) continue;
    const { config, layers } = parseManifest(await folder.text(digest));
    const { diff_ids: diffIds } = parseImageConfig(await folder.text(config.digest)).rootfs;
    for (const [at, layer] of layers.entries()) if (diffIds[at]) known.set(diffIds[at], layer);
  }
  return known;
}
