import type { ImageHistoryItem } from '../../protocol/engine-api.ts';
import type { HistoryEntry } from '../../oci/imageconfig.ts';
import { never } from '../time.ts';
import type { Image } from './image.ts';
import type { ImageStore } from './store.ts';

/**
 * The newest entry first. Only images that are here have IDs: the image itself and those it was made from.
 * `sizes` are the layers', the lowest first.
 */
export function imageHistory(image: Image, images: ImageStore, sizes: readonly number[]): ImageHistoryItem[] {
  const rest = [...sizes];
  const entries = image.full.history ?? [];
  const items = entries.map((entry) => item(entry, entry.empty_layer ? 0 : (rest.shift() ?? 0)));
  nameAncestors(items.reverse(), image, images);
  return items;
}

function item(entry: HistoryEntry, size: number): ImageHistoryItem {
  return {
    Id: '<missing>',
    Created: Math.floor(Date.parse(entry.created ?? never) / 1000),
    CreatedBy: entry.created_by ?? '',
    Tags: null,
    Size: size,
    Comment: entry.comment ?? '',
  };
}

/** Each image made one entry, or several: those between an image and its parent's first are nobody's. */
function nameAncestors(items: ImageHistoryItem[], image: Image, images: ImageStore): void {
  for (let next: Image | undefined = image, at = 0; next && items[at]; at += 1) {
    const tags = images.tagsOf(next.id);
    Object.assign(items[at] as ImageHistoryItem, { Id: next.id, Tags: tags.length > 0 ? tags : null });
    next = next.parent === undefined ? undefined : images.find(next.parent);
  }
}
