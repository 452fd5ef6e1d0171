import type { DiffId } from '../../oci/diffid.ts';
import type { LayerContent } from './layercontent.ts';

/** Bytes of the files in layers that are here, one after the other. */
export function layerSizes(
  layers: Pick<LayerContent, 'filesSize'>,
  diffIds: readonly DiffId[],
): Promise<number[]> {
  return Promise.all(diffIds.map((diffId) => layers.filesSize(diffId)));
}

/** Of an image of these layers. */
export async function imageSize(
  layers: Pick<LayerContent, 'filesSize'>,
  diffIds: readonly DiffId[],
): Promise<number> {
  return (await layerSizes(layers, diffIds)).reduce((sum, size) => sum + size, 0);
}
