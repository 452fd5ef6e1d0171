import type { Container } from '../containers/container.ts';
import type { EngineContext } from '../context.ts';

/** Tells the running containers that are linked to a container what its address is now. */
export async function announce(
  { agent, containers }: Pick<EngineContext, 'agent' | 'containers'>,
  container: Container,
): Promise<void> {
  const address = container.sandbox?.endpoints['bridge']?.place?.address;
  if (address === undefined || containers.links.isEmpty) return;
  const told = containers.all().flatMap((parent) =>
    containers.links
      .of(parent)
      .filter(({ target }) => target === container && parent.sandbox !== undefined)
      // One that has ended meanwhile needs no address.
      .map(({ alias: name }) => agent.call('hosts', { id: parent.id, name, address }).catch(() => null)),
  );
  await Promise.all(told);
}
