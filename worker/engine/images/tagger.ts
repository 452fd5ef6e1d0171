import { familiarReference, formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { Reference } from '../../oci/reference.ts';
import type { EngineContext } from '../context.ts';
import { invalid } from '../errors.ts';
import { imageEvent } from './event.ts';
import type { Image } from './image.ts';

/** `POST /images/{name}/tag`. https://github.com/moby/moby/blob/v28.5.2/daemon/images/image_tag.go */
export async function tagImage(
  { clock, events, images }: Pick<EngineContext, 'clock' | 'events' | 'images'>,
  image: Image,
  reference: Reference,
): Promise<void> {
  await images.tag(reference, { image: image.id, taggedAt: clock.now() });
  imageEvent(events, image, 'tag', { id: image.id, name: familiarReference(reference) });
}

/** The name that `repo` and `tag` make; a tag may be part of the repository already. */
export function tagReference(repo: string, tag: string | undefined): Reference {
  const reference = parseReference(repo);
  if (reference.digest !== undefined) throw invalid('cannot import digest reference');
  const { domain, path } = reference;
  const tagged = tag ? parseReference(`${formatReference({ domain, path })}:${tag}`) : reference;
  if (tagged.path === 'library/sha256' && tagged.domain === 'docker.io')
    throw invalid('refusing to create an ambiguous tag using digest algorithm as name');
  return withDefaultTag(tagged);
}
