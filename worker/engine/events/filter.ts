import { familiarName, parseReference } from '../../oci/reference.ts';
import type { Filters } from '../../protocol/engine-api.ts';
import type { EngineEvent } from '../events.ts';
import { exactMatch, fuzzyMatch, keyValueMatch } from '../filters.ts';

/** Actions that carry more after a colon, and are then found by their beginning. */
const prefixed = new Set(['health_status', 'exec_create', 'exec_start']);

/** Filters that name the object itself, by ID, name or the beginning of either. */
const objects = [
  'daemon',
  'container',
  'plugin',
  'volume',
  'network',
  'node',
  'service',
  'secret',
  'config',
] as const;

/** Whether an event is wanted. https://github.com/moby/moby/blob/v28.5.2/daemon/events/filter.go */
export function includes(filters: Filters, event: EngineEvent): boolean {
  return (
    matchesAction(filters, event.Action) &&
    exactMatch(filters, 'type', event.Type) &&
    exactMatch(filters, 'scope', event.scope) &&
    objects.every((type) => matchesObject(filters, type, event)) &&
    matchesImage(filters, event) &&
    keyValueMatch(filters, 'label', event.Actor.Attributes)
  );
}

function matchesAction(filters: Filters, action: string): boolean {
  const match = filters['event']?.some((value) => prefixed.has(value)) ? fuzzyMatch : exactMatch;
  return match(filters, 'event', action);
}

function matchesObject(filters: Filters, type: string, { Actor }: EngineEvent): boolean {
  return fuzzyMatch(filters, type, Actor.ID) || fuzzyMatch(filters, type, Actor.Attributes['name'] ?? '');
}

/** An image's own events, and those of containers made from it; with and without its tag. */
function matchesImage(filters: Filters, { Type, Actor }: EngineEvent): boolean {
  if (!filters['image']?.length) return true;
  const name = Actor.Attributes[Type === 'image' ? 'name' : 'image'] ?? '';
  return [Actor.ID, name, withoutTag(Actor.ID), withoutTag(name)].some((one) =>
    exactMatch(filters, 'image', one),
  );
}

function withoutTag(image: string): string {
  try {
    return familiarName(parseReference(image));
  } catch {
    return image;
  }
}
