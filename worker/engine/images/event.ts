import type { Events } from '../events.ts';
import type { Image } from './image.ts';

/** Publishes an event with an image's attributes: its labels and its name. `id` is what Docker calls the image there. */
export function imageEvent(
  events: Events,
  image: Pick<Image, 'config'> | undefined,
  action: string,
  { id, name }: { id: string; name: string },
): void {
  events.publish('image', action, id, { ...image?.config.Labels, name });
}
