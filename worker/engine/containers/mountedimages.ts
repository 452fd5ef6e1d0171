import type { DiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Container } from './container.ts';

/** The layers of the images that are mounted in a container. */
export function mountedLayers({ mounts }: Pick<Container, 'mounts'>): DiffId[] {
  return mounts.flatMap(({ image }) => image?.layers ?? []);
}

/** As what it is made of, or mounted in it. */
export function usesImage({ imageId, mounts }: Pick<Container, 'imageId' | 'mounts'>, id: Digest): boolean {
  return imageId === id || mounts.some(({ image }) => image?.id === id);
}
