import type { ImageSummary } from '../../protocol/engine-api.ts';
import type { Digest } from '../../oci/digest.ts';
import { familiarReference } from '../../oci/reference.ts';
import type { Reference } from '../../oci/reference.ts';
import type { EngineContext } from '../context.ts';
import type { ImageFilter } from './filters.ts';
import { createdAt } from './filters.ts';
import type { Image } from './image.ts';

type ListContext = Pick<EngineContext, 'containers' | 'images'>;

/**
 * Newest first, as `docker images` shows them; nameless images that others are made from only with `all`.
 * https://github.com/moby/moby/blob/v28.5.2/daemon/images/images.go
 */
export function listImages(context: ListContext, filter: ImageFilter, all: boolean): ImageSummary[] {
  const users = countUsers(context);
  return context.images
    .all()
    .filter(filter.wants)
    .flatMap((image) => summariesOf(context, image, filter, all, users.get(image.id) ?? 0))
    .sort((a, b) => b.Created - a.Created);
}

/** The image's summary, or nothing. */
function summariesOf(
  { images }: ListContext,
  image: Image,
  { named, dangling }: ImageFilter,
  all: boolean,
  containers: number,
): ImageSummary[] {
  const names = images.referencesOf(image.id);
  const shown = named === undefined ? names : names.filter(named);
  if (named !== undefined && shown.length === 0) return [];
  const isDangling = names.every(({ tag }) => tag === undefined);
  if (dangling !== undefined && dangling !== isDangling) return [];
  if (names.length === 0 && !all && images.childrenOf(image.id).length > 0) return [];
  return [summarize(image, shown, containers)];
}

function summarize(image: Image, names: readonly Reference[], containers: number): ImageSummary {
  return {
    Id: image.id,
    ParentId: image.parent ?? '',
    RepoTags: names.filter(({ tag }) => tag !== undefined).map(familiarReference),
    RepoDigests: names.filter(({ digest }) => digest !== undefined).map(familiarReference),
    Created: Math.floor(createdAt(image) / 1000),
    Size: image.size,
    SharedSize: -1,
    Labels: image.config.Labels ?? null,
    Containers: containers,
  };
}

function countUsers({ containers }: ListContext): Map<Digest, number> {
  const users = new Map<Digest, number>();
  for (const { imageId } of containers.all()) users.set(imageId, (users.get(imageId) ?? 0) + 1);
  return users;
}
