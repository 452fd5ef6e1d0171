/** Where the guest has layers. */
export const layersPath = '/run/bottleship/layers';

export function volumePath(name: string): string {
  return `/var/lib/docker/volumes/${name}`;
}

/** What a volume holds. */
export function dataPath(name: string): string {
  return `${volumePath(name)}/_data`;
}
