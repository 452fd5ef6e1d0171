import type { StepResult } from '../../build/backend.ts';
import { createHasher } from '../../content/hasher.ts';
import { serverVersion } from '../system/version.ts';
import type { Image, ImageRecord } from '../images/image.ts';
import { imageSize } from '../images/imagesize.ts';
import type { LayerContent } from '../images/layercontent.ts';
import type { ImageStore } from '../images/store.ts';

/**
 * Makes the image that another one was when its history had come to entry `at`, out of its own layers; of the last entry
 * that is the image itself. https://github.com/moby/moby/blob/v28.5.2/image/cache/cache.go (restoreCachedImage)
 */
export async function restoreImage(
  images: ImageStore,
  layers: Pick<LayerContent, 'filesSize'>,
  { result, from, at }: { result: StepResult; from: Image; at: number },
): Promise<string> {
  const parent = result.parent === '' ? {} : { parent: images.get(result.parent).id };
  const record =
    at + 1 === from.full.history?.length
      ? { id: from.id, configText: from.configText, size: from.size, ...builtFlag(from) }
      : await restored(layers, result, from, at);
  await images.add({ ...record, ...parent });
  return record.id;
}

async function restored(
  layers: Pick<LayerContent, 'filesSize'>,
  { stepConfig }: StepResult,
  { full }: Image,
  at: number,
): Promise<ImageRecord> {
  const history = (full.history ?? []).slice(0, at + 1);
  const kept = full.rootfs.diff_ids.slice(0, history.filter((entry) => !entry.empty_layer).length);
  const configText = JSON.stringify({
    architecture: full.architecture,
    ...(full.author && { author: full.author }),
    config: stepConfig,
    created: history.at(-1)?.created,
    docker_version: serverVersion,
    history,
    os: full.os,
    rootfs: { type: 'layers', diff_ids: kept },
  });
  const hasher = await createHasher();
  hasher.update(new TextEncoder().encode(configText));
  return { id: hasher.digest(), configText, size: await imageSize(layers, kept) };
}

function builtFlag({ builtHere }: Image): Pick<ImageRecord, 'builtHere'> {
  return builtHere ? { builtHere } : {};
}
