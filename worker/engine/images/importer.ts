import type { Digest } from '../../oci/digest.ts';
import type { ImportOptions } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { invalid } from '../errors.ts';
import { imageEvent } from './event.ts';
import type { ApplyChanges } from './committer.ts';
import type { LayerContent } from './layercontent.ts';
import { makeImage } from './maker.ts';
import { machinePlatform, parsePlatformOption } from './platform.ts';
import { tagImage, tagReference } from './tagger.ts';

/** Makes an image of one layer out of a tar of a root file system. https://github.com/moby/moby/blob/v28.5.2/daemon/images/image_import.go */
export async function importImage(
  context: Pick<EngineContext, 'clock' | 'events' | 'images'>,
  layers: Pick<LayerContent, 'create' | 'unpacked'>,
  tar: AsyncIterable<Uint8Array>,
  { repo, tag, message, changes = [], platform: wanted }: ImportOptions,
  applyChanges: ApplyChanges,
): Promise<Digest> {
  const platform = parsePlatformOption(wanted);
  if (platform.os !== machinePlatform.os) throw invalid('operating system is not supported');
  const reference = repo ? tagReference(repo, tag) : undefined;
  const config = applyChanges({}, changes);
  const layer = await layers.create(layers.unpacked(tar));
  const comment = message ?? '';
  const image = await makeImage(context, {
    parent: undefined,
    platform,
    layer,
    config,
    createdBy: '',
    comment,
  });
  if (reference !== undefined) await tagImage(context, context.images.get(image), reference);
  imageEvent(context.events, context.images.get(image), 'import', { id: image, name: image });
  return image;
}
