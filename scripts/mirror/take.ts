import { ingest } from '../../worker/content/ingest.ts';
import { machinePlatform, requireMachinePlatform } from '../../worker/engine/images/platform.ts';
import type { Descriptor } from '../../worker/oci/descriptor.ts';
import { BottleshipError } from '../../worker/oci/errors.ts';
import { parseImageConfig } from '../../worker/oci/imageconfig.ts';
import { parseManifest } from '../../worker/oci/manifest.ts';
import type { Reference } from '../../worker/oci/reference.ts';
import { nameAnnotations, staticAnnotations } from '../../worker/oci/staticindex.ts';
import type { Document } from '../../worker/registry/repository.ts';
import type { FolderStore } from '../folder/content.ts';
import type { MirroredImage } from './mirrored-image.ts';
import type { RegistryFolder } from './registry-folder.ts';

export interface Taken {
  readonly layers: number;
  /** Bytes of config and layers, packed. */
  readonly size: number;
}

/** How often a connection that breaks is taken up again without anything having come. */
const patience = 3;

/** Brings an image into the folder; its names are there when all of it is. What is there already is not fetched again. */
export async function takeImage(
  folder: RegistryFolder,
  image: MirroredImage,
  names: readonly Reference[],
): Promise<Taken> {
  const { manifest, index, source } = image;
  const { config, layers } = parseManifest(manifest.text, manifest.mediaType);
  for (const blob of [config, ...layers]) {
    await takeBlob(folder.blobs, image, blob);
    if (blob === config) requireMachinePlatform(parseImageConfig(await folder.text(config.digest)));
  }
  const entry = await takeDocument(folder.blobs, manifest);
  const known = index && (await takeDocument(folder.blobs, index));
  folder.put(
    names.map((name) => ({
      ...entry,
      platform: machinePlatform,
      annotations: {
        ...nameAnnotations(name),
        ...(known && { [staticAnnotations.index]: `${known.digest} ${known.size}` }),
        [staticAnnotations.source]: source,
      },
    })),
  );
  return { layers: layers.length, size: [config, ...layers].reduce((sum, { size }) => sum + size, 0) };
}

async function takeDocument(blobs: FolderStore, { mediaType, text, digest }: Document): Promise<Descriptor> {
  const { size } = await ingest(blobs, new TextEncoder().encode(text), { digest });
  return { mediaType, digest, size };
}

async function takeBlob(blobs: FolderStore, image: MirroredImage, blob: Descriptor): Promise<void> {
  if (await blobs.has(blob.digest)) return;
  for (let failures = 0; ;) {
    const writer = await blobs.writer(blob, `blob ${blob.digest}`);
    let came = 0;
    try {
      if (writer.offset < blob.size)
        for await (const chunk of await image.open(blob, writer.offset)) {
          await writer.write(chunk);
          came += chunk.length;
        }
      await writer.commit();
      return;
    } catch (error) {
      await writer.suspend();
      failures = came > 0 ? 1 : failures + 1;
      if (error instanceof BottleshipError || failures > patience) throw error;
    }
  }
}
