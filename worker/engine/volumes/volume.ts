import type { SpecMount } from '../../protocol/agent.ts';
import type { Volume as ApiVolume } from '../../protocol/engine-api.ts';
import type { Instant } from '../clock.ts';
import { formatTime } from '../time.ts';

/** A directory of the data disk that outlives containers. */
export interface Volume {
  readonly name: string;
  readonly created: Instant;
  readonly labels: Readonly<Record<string, string>> | null;
  readonly options: Readonly<Record<string, string>> | null;
  /** Containers, running or not, that have it among their mounts. */
  readonly references: Set<string>;
}

/** Where its content lies in the machine. */
export function volumePath(name: string): string {
  return `/var/lib/docker/volumes/${name}/_data`;
}

/** What is bound into containers: its directory, or the one that its options name. */
export function volumeSource({ name, options }: Volume): string {
  const device = options?.['device'];
  return device !== undefined && isBind(options) ? device : volumePath(name);
}

/** What is to be mounted on its directory, if it is a file system of its own. */
export function volumeFilesystem({ options }: Volume): SpecMount['filesystem'] {
  const { type, device, o = '' } = options ?? {};
  if (type === undefined || device === undefined || isBind(options)) return undefined;
  return { type, device, options: o === '' ? [] : o.split(',') };
}

function isBind(options: Volume['options']): boolean {
  return /(^|,)r?bind(,|$)/.test(options?.['o'] ?? '');
}

export function inspectVolume({ name, created, labels, options }: Volume): ApiVolume {
  return {
    CreatedAt: formatTime(Math.floor(created / 1000) * 1000),
    Driver: 'local',
    Labels: labels,
    Mountpoint: volumePath(name),
    Name: name,
    Options: options,
    Scope: 'local',
  };
}
