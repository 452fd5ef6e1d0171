import type { EngineContext } from '../context.ts';
import { invalid, withPrefix } from '../errors.ts';
import type { Container } from './container.ts';
import { containerEvent } from './event.ts';
import { parseContainerName } from './name.ts';

type RenamerContext = Pick<EngineContext, 'containers' | 'events'>;

/** https://github.com/moby/moby/blob/v28.5.2/daemon/rename.go */
export function renameContainer(context: RenamerContext, container: Container, given: string): void {
  const name = given.startsWith('/') ? given : `/${given}`;
  if (name === `/${container.name}`)
    throw invalid('Renaming a container with the same name as its current name');
  const oldName = `/${container.name}`;
  try {
    context.containers.rename(container, parseContainerName(name));
  } catch (error) {
    throw withPrefix('Error when allocating new name', error);
  }
  containerEvent(context.events, container, 'rename', { oldName });
}

/** Before the container is looked for. */
export function requireNames(id: string, name: string): void {
  if (id === '' || name === '') throw invalid('Neither old nor new names may be empty');
}
