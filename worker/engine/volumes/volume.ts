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
  return options?.['device'] ?? volumePath(name);
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
