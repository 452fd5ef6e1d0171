import { packTar, type TarEntry } from 'modern-tar';
import { memoryReader } from '../content/blobreader.ts';
import { indexTar } from '../layers/layerindexer.ts';
import type { Layer } from '../layers/layertree.ts';

/** The name under which it is served. A new content must have a new name, since the guest caches by it. */
export const baseLayerName = 'base-1';
export const buildBaseLayerName = 'build-1';

const directories = ['dev', 'etc', 'proc', 'sys'];

/**
 * The layer that lies under every image's layers: the places that a container's mounts need, and what Docker adds to a
 * root. dockerd keeps an init layer for that above the image; below it nothing of the image is covered, and either way
 * a container that was only started has an empty writable layer.
 */
export async function baseLayer(): Promise<Layer> {
  return packed([
    ...places(['etc/hosts', 'etc/hostname', 'etc/resolv.conf']),
    { header: { name: '.dockerenv', size: 0, mode: 0o755, ...owner }, body: '' },
    {
      header: {
        name: 'etc/mtab',
        type: 'symlink' as const,
        linkname: '/proc/mounts',
        size: 0,
        mode: 0o777,
        ...owner,
      },
    },
  ]);
}

/** The same for the commands of builds: BuildKit adds nothing to a root but the places of its own mounts. */
export async function buildBaseLayer(): Promise<Layer> {
  return packed(places(['etc/hosts', 'etc/resolv.conf']));
}

const owner = { uid: 0, gid: 0, mtime: new Date(0) };

function places(emptyFiles: readonly string[]): TarEntry[] {
  return [
    ...directories.map((name) => ({
      header: { name: `${name}/`, type: 'directory' as const, size: 0, mode: 0o755, ...owner },
    })),
    ...emptyFiles.map((name) => ({ header: { name, size: 0, mode: 0o644, ...owner }, body: '' })),
  ];
}

async function packed(entries: TarEntry[]): Promise<Layer> {
  const tar = await packTar(entries);
  return { index: indexTar(tar), tar: memoryReader(tar) };
}
