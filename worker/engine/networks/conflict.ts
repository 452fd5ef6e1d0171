import { invalid } from '../errors.ts';
import type { NetworkRecord } from './network.ts';

/**
 * Throws when a container of this network mode cannot be on the network while it is on these others.
 * https://github.com/moby/moby/blob/v28.5.2/daemon/container_operations.go (updateNetworkSettings)
 */
export function requireCompatible(mode: string, { driver }: NetworkRecord, others: readonly string[]): void {
  if (driver === 'host' && mode !== 'host')
    throw invalid(
      'cannot connect container to host network - container must be created in host network mode',
    );
  if (driver === 'host' ? others.length > 0 : others.includes('host') || mode.startsWith('container:'))
    throw invalid(
      'container sharing network namespace with another container or host cannot be connected to any other network',
    );
  if (driver === 'null' ? others.length > 0 : others.includes('none'))
    throw invalid(
      'container cannot be connected to multiple networks with one of the networks in private (none) mode',
    );
}
