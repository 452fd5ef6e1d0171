import type { DiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Image } from './image.ts';

/** What images' layers take, in bytes. */
export interface LayerUse {
  /** Of all layers, each counted once. */
  readonly total: number;
  /** Of the layers that an image has in common with others. */
  readonly shared: ReadonlyMap<Digest, number>;
}

export async function layerUse(
  images: readonly Image[],
  sizeOf: (layer: DiffId) => Promise<number | undefined>,
): Promise<LayerUse> {
  const users = new Map<DiffId, number>();
  for (const { layers } of images)
    for (const layer of new Set(layers)) users.set(layer, (users.get(layer) ?? 0) + 1);
  const sizes = new Map(
    await Promise.all([...users.keys()].map(async (layer) => [layer, (await sizeOf(layer)) ?? 0] as const)),
  );
  const sum = (layers: Iterable<DiffId>) => {
    let bytes = 0;
    for (const layer of layers) bytes += sizes.get(layer) ?? 0;
    return bytes;
  };
  const sharedOf = ({ layers }: Image) => sum(layers.filter((layer) => (users.get(layer) ?? 0) > 1));
  return { total: sum(users.keys()), shared: new Map(images.map((image) => [image.id, sharedOf(image)])) };
}
