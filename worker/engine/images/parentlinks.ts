import type { Digest } from '../../oci/digest.ts';
import type { HistoryEntry } from '../../oci/imageconfig.ts';
import { invalid } from '../errors.ts';
import type { ImageStore } from './store.ts';

/** An image of an archive, and which image the archive says it was made from. */
export interface ParentLink {
  readonly id: Digest;
  readonly parent: string | undefined;
}

/**
 * Of images in one archive Docker keeps which was made from which. Fails with `invalid` where the histories speak against it.
 * https://github.com/moby/moby/blob/v28.5.2/image/tarexport/load.go (validatedParentLinks, checkValidParent)
 */
export async function linkParents(images: ImageStore, links: readonly ParentLink[]): Promise<void> {
  for (const { id, parent } of links) {
    const known = links.find((other) => other.id === parent && other.id !== id);
    if (known === undefined) continue;
    if (!follows(historyOf(images, id), historyOf(images, known.id)))
      throw invalid(`image ${known.id} is not a valid parent for ${id}`);
    await images.setParent(id, known.id);
  }
}

function historyOf(images: ImageStore, id: Digest): readonly HistoryEntry[] {
  return images.get(id).full.history ?? [];
}

/** Whether it has one entry more. Having a history is not mandatory. */
function follows(child: readonly HistoryEntry[], parent: readonly HistoryEntry[]): boolean {
  if (child.length === 0 && parent.length === 0) return true;
  return child.length === parent.length + 1 && parent.every((entry, at) => isSame(entry, child[at]));
}

function isSame(one: HistoryEntry, other: HistoryEntry | undefined): boolean {
  const members = ['created', 'created_by', 'author', 'comment', 'empty_layer'] as const;
  return members.every((name) => (one[name] || undefined) === (other?.[name] || undefined));
}
