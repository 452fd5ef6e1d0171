import type { Events } from '../events.ts';
import type { Container } from './container.ts';

/** Publishes an event with a container's attributes: its labels, image and name. */
export function containerEvent(
  events: Events,
  { id, name, config }: Container,
  action: string,
  attributes: Record<string, string> = {},
): void {
  events.publish('container', action, id, {
    ...attributes,
    ...config.Labels,
    ...(config.Image !== '' && { image: config.Image }),
    name,
  });
}
