import type { BuildBackend, BuildImage, StepResult } from './backend.ts';
import { scratch } from './backend.ts';
import { cacheKey } from './config.ts';

/** Finds the ID of the image that a step has made before. */
export type FindCached = (step: StepResult) => Promise<string | undefined>;

/** What `--no-cache` has. */
export const findNothing: FindCached = () => Promise.resolve(undefined);

/** Among the images that were built here. https://github.com/moby/moby/blob/v28.5.2/image/cache/cache.go */
export function findLocal(backend: Pick<BuildBackend, 'children'>): FindCached {
  return async ({ parent, stepConfig }) => {
    const wanted = cacheKey(stepConfig);
    const found = backend
      .children(parent)
      .filter((child) => cacheKey(child.stepConfig) === wanted)
      .sort((a, b) => b.created - a.created);
    return found[0]?.id;
  };
}

/** In the histories of the images that `--cache-from` names, wherever they were built. */
export function findInHistories(backend: BuildBackend, images: readonly BuildImage[]): FindCached {
  const local = findLocal(backend);
  let sources = images;
  return async (step) => {
    const here = await local(step);
    if (here !== undefined && sources.some(({ id }) => backend.descends(id, here))) return here;
    const parent = await imageHere(backend, step.parent);
    const at = parent.history.length;
    const command = (step.stepConfig.Cmd ?? []).join(' ');
    const source = sources.find(
      (image) => isFrom(image, parent) && image.history[at]?.created_by === command,
    );
    if (source === undefined) return undefined;
    // From one image to another there is no jumping, as in Docker.
    if (at + 1 < source.history.length) sources = [source];
    return backend.restore(step, source, at);
  };
}

function imageHere(backend: BuildBackend, id: string): Promise<BuildImage> {
  const options = { where: 'here', platform: '' } as const;
  return id === '' ? Promise.resolve(scratch) : backend.image(id, options, () => undefined);
}

/** Whether an image's history and layers begin with another one's. */
function isFrom(image: BuildImage, parent: BuildImage): boolean {
  return (
    image.history.length > parent.history.length &&
    parent.history.every((entry, at) => JSON.stringify(entry) === JSON.stringify(image.history[at])) &&
    parent.layers.every((layer, at) => layer === image.layers[at])
  );
}
