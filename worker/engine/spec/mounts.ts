import { internal } from '../errors.ts';
import { runcFailure } from './runc.ts';
import type { SpecMount } from '../../protocol/agent.ts';
import { layerName } from '../layername.ts';
import type { ContainerMount } from '../volumes/mountpoint.ts';

/** All that is mounted in a container beside the standard mounts, parents before children. */
export function specMounts(
  mounts: readonly ContainerMount[],
  tmpfs: Readonly<Record<string, string>>,
): SpecMount[] {
  const places = mounts.map((mount) =>
    mount.type === 'tmpfs' ? tmpfsMount(mount.destination, mount.options) : bindMount(mount),
  );
  const own = Object.entries(tmpfs).map(([destination, data]) =>
    tmpfsMount(destination, data === '' ? [] : data.split(',')),
  );
  const all = [...places, ...own].sort((a, b) => depth(a) - depth(b));
  if (all[0] && depth(all[0]) === 0) throw overRoot();
  return all;
}

/** What Docker's runtime comes to where a volume lies over everything, which an image can ask for. */
function overRoot(): Error {
  return internal(
    runcFailure(
      'unable to start container process: error during container init: open /proc/sys/net/ipv4/ip_unprivileged_port_start: no such file or directory',
    ),
  );
}

function bindMount(mount: ContainerMount): SpecMount {
  const { destination, source, image, subpath, writable, propagation, recursive, recursiveReadonly } = mount;
  return {
    destination,
    type: 'bind',
    ...(image ? { layers: image.layers.map(layerName) } : { source }),
    ...(subpath !== undefined && { subpath }),
    ...(mount.filesystem && { filesystem: mount.filesystem }),
    ...((mount.create || mount.type === 'volume') && { create: true }),
    options: [
      recursive ? 'rbind' : 'bind',
      ...(writable ? [] : [recursiveReadonly ? 'rro' : 'ro']),
      ...(propagation === '' || propagation === 'rprivate' ? [] : [propagation]),
    ],
  };
}

function tmpfsMount(destination: string, options: readonly string[]): SpecMount {
  const merged = mergeTmpfsOptions(['noexec', 'nosuid', 'nodev', ...options]);
  return { destination, type: 'tmpfs', options: merged };
}

/** The later option wins over its opposite and over the same key. */
function mergeTmpfsOptions(options: readonly string[]): string[] {
  const merged = new Map<string, string>();
  for (const option of options) {
    const key = optionKey(option);
    merged.delete(key);
    merged.set(key, option);
  }
  return [...merged.values()];
}

function optionKey(option: string): string {
  const equals = option.indexOf('=');
  if (equals >= 0) return option.slice(0, equals);
  if (option === 'ro' || option === 'rw') return 'ro';
  return option
    .replace(/^no(?=(exec|suid|dev|atime|diratime)$)/, '')
    .replace(/^(exec|suid|dev|atime|diratime)$/, 'no$1');
}

function depth({ destination }: SpecMount): number {
  return destination.split('/').filter(Boolean).length;
}
