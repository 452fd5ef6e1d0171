import type { Container } from '../containers/container.ts';
import type { Events } from '../events.ts';

/** Publishes that a container's volumes are in use, or are no more. */
export function volumeEvents(events: Events, { id, mounts }: Container, action: 'mount' | 'unmount'): void {
  for (const { name, destination, writable, propagation } of mounts) {
    if (name === undefined) continue;
    const how = { destination, propagation, 'read/write': String(writable) };
    events.publish('volume', action, name, {
      container: id,
      driver: 'local',
      ...(action === 'mount' && how),
    });
  }
}
