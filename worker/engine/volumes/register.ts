import type { HostConfig, Mount } from '../../protocol/engine-api.ts';
import type { Container } from '../containers/container.ts';
import type { ContainerStore } from '../containers/store.ts';
import { internal, invalid } from '../errors.ts';
import type { ImageStore } from '../images/store.ts';
import { cleanPath, isMode, parseBind, propagations, validateMount } from './mountconfig.ts';
import type { ContainerMount } from './mountpoint.ts';
import { containerMount } from './mountpoint.ts';
import { tmpfsOptions } from './tmpfs.ts';
import { volumeFilesystem, volumeSource } from './volume.ts';
import type { Volumes } from './volumes.ts';

interface Registry {
  readonly volumes: Volumes;
  readonly containers: ContainerStore;
  readonly images: Pick<ImageStore, 'get'>;
}

/** What of a new container says what is mounted in it. */
export interface MountsAsked {
  readonly id: string;
  readonly host: Pick<HostConfig, 'Binds' | 'Mounts' | 'Tmpfs' | 'VolumesFrom' | 'VolumeDriver'>;
  /** The configuration's, the image's among them. */
  readonly volumes: Readonly<Record<string, object>> | null;
  /** Of binds that may only be read: what is mounted below them stays as it is. */
  readonly readOnlyNonRecursive: boolean;
}

/**
 * Makes out what is mounted where: what other containers have, over that the binds, over that the mounts, and volumes
 * where nothing else is. The volumes are the container's from now on; on failure they are given back.
 * https://github.com/moby/moby/blob/v28.5.2/daemon/volumes.go (registerMountPoints)
 */
export async function registerMounts(registry: Registry, asked: MountsAsked): Promise<ContainerMount[]> {
  const mounts = new Map<string, ContainerMount>();
  try {
    addInherited(registry, asked, mounts);
    addRequested(registry, asked, mounts);
    addAnonymous(registry, asked, mounts);
    return [...mounts.values()];
  } catch (error) {
    await registry.volumes.release(asked.id, []);
    throw error;
  }
}

type Mounts = Map<string, ContainerMount>;

function addInherited({ volumes, containers }: Registry, { id, host }: MountsAsked, mounts: Mounts): void {
  for (const text of host.VolumesFrom ?? []) {
    const { container, writable } = parseVolumesFrom(text, containers);
    for (const mount of container.mounts) {
      if (mount.name !== undefined) volumes.declare({ Name: mount.name }, id);
      mounts.set(mount.destination, {
        ...mount,
        mode: '',
        writable: mount.writable && writable,
        copy: false,
      });
    }
  }
}

function parseVolumesFrom(
  text: string,
  containers: ContainerStore,
): { container: Container; writable: boolean } {
  if (text === '') throw invalid('volumes-from specification cannot be an empty string');
  const colon = text.indexOf(':');
  const mode = colon < 0 ? '' : text.slice(colon + 1);
  const options = mode.split(',');
  if (!isMode(mode) || options.includes('nocopy') || options.some((option) => propagations.has(option)))
    throw invalid(`invalid mode: ${mode}`);
  try {
    return {
      container: containers.get(colon < 0 ? text : text.slice(0, colon)),
      writable: !options.includes('ro'),
    };
  } catch (error) {
    throw invalid((error as Error).message);
  }
}

function addRequested(registry: Registry, asked: MountsAsked, mounts: Mounts): void {
  const { id, host } = asked;
  const taken = new Set(Object.keys(host.Tmpfs ?? {}).map(cleanPath));
  const place = (mount: ContainerMount): void => {
    if (taken.has(mount.destination)) throw invalid(`Duplicate mount point: ${mount.destination}`);
    taken.add(mount.destination);
    mounts.set(
      mount.destination,
      asked.readOnlyNonRecursive ? { ...mount, recursiveReadonly: false } : mount,
    );
  };
  for (const text of host.Binds ?? []) {
    const { mount, mode } = parseBind(text, host.VolumeDriver ?? '');
    const isNamed = mount.Source !== undefined;
    place({
      ...toMount(registry, id, mount, true),
      mode: modeOf(mount, mode),
      ...(!isNamed && { anonymous: true }),
    });
  }
  for (const mount of host.Mounts ?? []) {
    validateMount(mount);
    place(toMount(registry, id, mount, mount.BindOptions?.CreateMountpoint ?? false));
  }
}

/** As if SELinux labels were shared: what Docker notes for its own volumes. */
function modeOf({ Type }: Mount, mode: string): string {
  return Type === 'volume' && mode === '' ? 'z' : mode;
}

function toMount(registry: Registry, id: string, mount: Mount, create: boolean): ContainerMount {
  const destination = cleanPath(mount.Target);
  switch (mount.Type) {
    case 'volume':
      return volumeMount(registry.volumes, id, mount);
    case 'bind':
      return bindMount(mount, create);
    case 'tmpfs':
      return containerMount({
        type: 'tmpfs',
        destination,
        writable: !mount.ReadOnly,
        options: tmpfsOptions(mount),
      });
    default:
      return imageMount(registry.images, mount);
  }
}

/** Never to be written, whatever was asked for. */
function imageMount(
  images: Registry['images'],
  { Source = '', Target, ImageOptions }: Mount,
): ContainerMount {
  const { id, layers } = images.get(Source);
  return containerMount({
    type: 'image',
    destination: cleanPath(Target),
    source: Source,
    image: { id, layers },
    subpath: ImageOptions?.Subpath || undefined,
    writable: false,
    propagation: 'rprivate',
  });
}

function volumeMount(volumes: Volumes, id: string, mount: Mount): ContainerMount {
  const { VolumeOptions: options, Source: name = '', ReadOnly } = mount;
  const volume = volumes.declare(
    {
      Name: name,
      Driver: options?.DriverConfig?.Name ?? '',
      DriverOpts: options?.DriverConfig?.Options ?? null,
      Labels: options?.Labels ?? null,
    },
    id,
  );
  return containerMount({
    type: 'volume',
    destination: cleanPath(mount.Target),
    source: volumeSource(volume),
    filesystem: volumeFilesystem(volume),
    name: volume.name,
    anonymous: name === '',
    subpath: options?.Subpath || undefined,
    mode: 'z',
    writable: !ReadOnly,
    copy: !options?.NoCopy,
  });
}

function bindMount(
  { Source = '', Target, ReadOnly = false, BindOptions: options }: Mount,
  create: boolean,
): ContainerMount {
  refuseConflicts(ReadOnly, options ?? {});
  const propagation = options?.Propagation || (touchesDaemonRoot(Source) ? 'rslave' : 'rprivate');
  if (touchesDaemonRoot(Source) && !safeInDaemonRoot.has(propagation))
    throw invalid(
      `invalid mount config: must use either propagation mode "rslave" or "rshared" when mount source is within the daemon root, daemon root: ${JSON.stringify(daemonRoot)}, bind mount source: ${JSON.stringify(Source)}, propagation: ${JSON.stringify(propagation)}`,
    );
  return containerMount({
    type: 'bind',
    destination: cleanPath(Target),
    source: cleanPath(Source),
    writable: !ReadOnly,
    propagation,
    create,
    recursive: !options?.NonRecursive,
    recursiveReadonly: !options?.ReadOnlyNonRecursive,
  });
}

const daemonRoot = '/var/lib/docker';
const safeInDaemonRoot: ReadonlySet<string> = new Set(['rslave', 'rshared']);

/**
 * Whether what is mounted there for other containers could be held on to. By prefix, as Docker has it.
 * https://github.com/moby/moby/blob/v28.5.2/daemon/volumes_linux.go (validateBindDaemonRoot)
 */
function touchesDaemonRoot(source: string): boolean {
  return source.startsWith(daemonRoot) || daemonRoot.startsWith(source);
}

function refuseConflicts(readonly: boolean, options: NonNullable<Mount['BindOptions']>): void {
  const { ReadOnlyNonRecursive: alone, ReadOnlyForceRecursive: forced } = options;
  if (!readonly && alone) throw optionConflict('!ReadOnly && BindOptions.ReadOnlyNonRecursive');
  if (!readonly && forced) throw optionConflict('!ReadOnly && BindOptions.ReadOnlyForceRecursive');
  if (alone && forced) throw optionConflict('ReadOnlyNonRecursive && BindOptions.ReadOnlyForceRecursive');
}

function isTmpfs(destination: string, { Tmpfs }: MountsAsked['host']): boolean {
  return Object.keys(Tmpfs ?? {}).some((path) => cleanPath(path) === destination);
}

function optionConflict(text: string): Error {
  return internal(`mount options conflict: ${text}`);
}

function addAnonymous({ volumes }: Registry, asked: MountsAsked, mounts: Mounts): void {
  const { id, host } = asked;
  for (const path of Object.keys(asked.volumes ?? {})) {
    const destination = cleanPath(path);
    if (mounts.has(destination) || isTmpfs(destination, host)) continue;
    const volume = volumes.declare({ Driver: host.VolumeDriver ?? '' }, id);
    mounts.set(
      destination,
      containerMount({
        type: 'volume',
        destination,
        source: volumeSource(volume),
        name: volume.name,
        anonymous: true,
        copy: true,
      }),
    );
  }
}
