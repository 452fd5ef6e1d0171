import type { Descriptor } from '../../oci/descriptor.ts';
import type { DiffId } from '../../oci/diffid.ts';
import { unavailable } from '../errors.ts';
import type { LayerContent } from './layercontent.ts';
import { humanSize } from './progress.ts';

/**
 * Refuses, before anything is fetched, an image that cannot fit: of the layers that are not here at least the packed bytes
 * are stored. How large they are unpacked nobody knows yet, so one that passes may still be too large.
 * @throws ApiError in the words of a full disk
 */
export async function requireRoom(
  content: LayerContent,
  name: string,
  pairs: readonly { blob: Pick<Descriptor, 'size'>; diffId: DiffId }[],
): Promise<void> {
  const missing = new Map<DiffId, number>();
  for (const { blob, diffId } of pairs)
    if ((await content.size(diffId)) === undefined) missing.set(diffId, blob.size);
  const needed = [...missing.values()].reduce((sum, size) => sum + size, 0);
  const room = needed === 0 ? Infinity : await content.room();
  if (needed <= room) return;
  throw unavailable(
    `no space left on device: ${name} needs more than ${humanSize(needed)}, and there is room for ${humanSize(room)}; ` +
      'remove images (docker image prune -a) or free space on the disk',
  );
}
