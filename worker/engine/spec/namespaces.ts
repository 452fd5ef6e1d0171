import type { ContainerSpec, Shared } from '../../protocol/agent.ts';
import type { FullHostConfig } from '../containers/hostconfig.ts';
import { otherContainer } from '../containers/modes.ts';

type Namespaces = Pick<ContainerSpec, 'network' | 'pid' | 'ipc' | 'uts' | 'cgroupNamespace'>;

/** Which namespaces are not the container's own. Those of other containers are named by ID. */
export function namespaces(host: FullHostConfig): Namespaces {
  const pid = shared(host.PidMode);
  const ipc = host.IpcMode === 'none' ? 'none' : shared(host.IpcMode);
  return {
    network: shared(host.NetworkMode) ?? 'own',
    ...(pid !== undefined && { pid }),
    ...(ipc !== undefined && { ipc }),
    ...(host.UTSMode === 'host' && { uts: 'host' }),
    ...(host.CgroupnsMode === 'host' && { cgroupNamespace: 'host' }),
  };
}

function shared(mode: string): Shared | undefined {
  if (mode === 'host') return 'host';
  const container = otherContainer(mode);
  return container === undefined ? undefined : { container };
}
