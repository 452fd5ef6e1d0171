import type { Digest } from '../../oci/digest.ts';
import type { Reference } from '../../oci/reference.ts';
import { familiarReference } from '../../oci/reference.ts';
import type { ProgressMessage } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';

/** Gives a name of an archive to the image it came with; who had it before is told of. */
export async function nameLoaded(
  { images, clock }: Pick<EngineContext, 'clock' | 'images'>,
  reference: Reference,
  image: Digest,
  report: (message: ProgressMessage) => void,
): Promise<void> {
  const before = images.named(reference)?.image;
  if (before === image) return;
  if (before !== undefined)
    report({
      stream: `The image ${familiarReference(reference)} already exists, renaming the old one with ID ${before} to empty string\n`,
    });
  await images.tag(reference, { image, taggedAt: clock.now() });
}
