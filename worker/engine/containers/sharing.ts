import { conflict, internal, invalid, prefixed, prefixedInternal } from '../errors.ts';
import type { Container } from './container.ts';
import { otherContainer } from './modes.ts';
import { statusOf } from './state.ts';
import type { ContainerStore } from './store.ts';

/**
 * Throws, with Docker's texts, unless the containers whose namespaces are to be shared run and allow it.
 * https://github.com/moby/moby/blob/v28.5.2/daemon/container_operations_unix.go
 */
export async function requireShared(
  containers: ContainerStore,
  { id, hostConfig }: Container,
): Promise<void> {
  const network = otherContainer(hostConfig.NetworkMode);
  const ipc = otherContainer(hostConfig.IpcMode);
  const pid = otherContainer(hostConfig.PidMode);
  if (network !== undefined) networkOwner(containers, id, network);
  if (ipc !== undefined) await prefixed('failed to join IPC namespace', () => requireIpc(containers, ipc));
  if (pid !== undefined)
    await prefixedInternal('failed to join PID namespace', () => requireActive(containers.get(pid)));
}

/** The container whose network another one has. */
export function networkOwner(containers: ContainerStore, id: string, owner: string): Container {
  const found = containers.find(owner);
  if (found === undefined)
    throw internal(`joining network namespace of container: No such container: ${owner}`);
  if (found.id === id) throw internal('cannot join own network namespace');
  const { name, state } = found;
  if (!state.running)
    throw conflict(
      `cannot join network namespace of a non running container: container ${name} is ${statusOf(state)}`,
    );
  if (state.restarting)
    throw conflict(
      `cannot join network namespace of container: Container ${owner} is restarting, wait until the container is running`,
    );
  return found;
}

/** The container whose files about names and addresses another one has: its own, unless it is on somebody's network. */
export function filesOwner(containers: ContainerStore, container: Container): string {
  const owner = otherContainer(container.hostConfig.NetworkMode);
  return owner === undefined ? container.id : filesOwner(containers, containers.get(owner));
}

function requireIpc(containers: ContainerStore, owner: string): void {
  const found = requireActive(containers.get(owner));
  if (!['shareable', 'host'].includes(found.hostConfig.IpcMode) && !otherContainer(found.hostConfig.IpcMode))
    throw invalid(
      `container ${owner}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`,
    );
}

function requireActive(container: Container): Container {
  const { id, state } = container;
  if (!state.running) throw conflict(`container ${id} is not running`);
  if (state.restarting) throw conflict(`Container ${id} is restarting, wait until the container is running`);
  return container;
}
