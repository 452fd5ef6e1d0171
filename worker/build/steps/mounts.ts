import { resolvePath } from '../../oci/path.ts';
import type { DiffId } from '../../oci/diffid.ts';
import { invalid } from '../errors.ts';
import type { RunMount } from '../instructions/mount.ts';
import type { CommandMount, MountSource } from '../solve/backend.ts';

/** With its place made absolute, and named where it has no name of its own. */
export function placedMount(mount: RunMount, directory: string): RunMount {
  const { type, target, source, id, env } = mount;
  if (type === 'ssh') return mount;
  if (type === 'secret') {
    const secret = source || id || target.split('/').at(-1) || '';
    const file = target === '' && env === undefined ? `/run/secrets/${secret}` : target;
    return { ...mount, id: secret, target: file === '' ? '' : resolvePath(directory, file) };
  }
  const place = resolvePath(directory || '/', target || '/');
  if (target === '' || place === '/') throw invalid(`invalid mount target ${JSON.stringify(target || '/')}`);
  return { ...mount, target: place, id: id || place };
}

/** Where what is mounted is to be had. */
export interface MountPlaces<M extends RunMount> {
  /** Of a bind, or of what a cache begins with. */
  layers(mount: M): Promise<readonly DiffId[]>;
  secret(id: string): Uint8Array | undefined;
}

/** What of the mounts there is to mount. */
export async function commandMounts<M extends RunMount>(
  mounts: readonly M[],
  places: MountPlaces<M>,
): Promise<CommandMount[]> {
  const found = await Promise.all(
    mounts.map(async (mount) => {
      const source = await sourceOf(mount, places);
      return source === undefined ? [] : [{ target: mount.target, readonly: mount.readonly, source }];
    }),
  );
  return found.flat();
}

async function sourceOf<M extends RunMount>(
  mount: M,
  places: MountPlaces<M>,
): Promise<MountSource | undefined> {
  const { type, id, sharing, size, mode, uid, gid, source, target } = mount;
  switch (type) {
    case 'bind':
      return { kind: 'layers', layers: await places.layers(mount), path: source };
    case 'cache': {
      const layers = mount.from === '' ? undefined : await places.layers(mount);
      return {
        kind: 'cache',
        name: cacheName(mount, layers),
        sharing,
        from: layers && { layers, path: source || '/' },
        mode,
        uid,
        gid,
      };
    }
    case 'tmpfs':
      return { kind: 'tmpfs', size };
    case 'secret': {
      const bytes = places.secret(id);
      if (bytes === undefined || target === '') return undefined;
      return { kind: 'file', bytes, mode: mode ?? 0o400, uid: uid ?? 0, gid: gid ?? 0 };
    }
    default:
      return undefined;
  }
}

/** Caches that begin otherwise are others, whatever they are called. */
function cacheName({ id, mode, uid, gid, source }: RunMount, layers: readonly DiffId[] | undefined): string {
  const owner = [mode ?? '', uid ?? '', gid ?? ''];
  if (layers === undefined && owner.join('') === '') return id;
  return JSON.stringify([id, ...owner, layers === undefined ? '' : source, ...(layers ?? [])]);
}
