import type { EventMessage } from '../protocol/engine-api.ts';
import type { Clock } from './clock.ts';

export type EngineEvent = Readonly<EventMessage>;

type Handler = (event: EngineEvent) => void;

/** As many as Docker keeps. */
const kept = 256;

/** What happens, and the last of what has happened. Handlers are called at once and in order; they must not throw. */
export class Events {
  readonly #clock: Clock;
  readonly #handlers = new Set<Handler>();
  readonly #history: EngineEvent[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The last 256, oldest first. */
  get history(): readonly EngineEvent[] {
    return this.#history;
  }

  get listeners(): number {
    return this.#handlers.size;
  }

  /** Returns what ends the subscription. */
  subscribe(handler: Handler): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  publish(type: string, action: string, id: string, attributes: Record<string, string> = {}): void {
    const event = message(type, action, { ID: id, Attributes: sorted(attributes) }, this.#clock.now());
    this.#history.push(event);
    if (this.#history.length > kept) this.#history.shift();
    for (const handler of this.#handlers) handler(event);
  }
}

/** `status`, `id` and `from` are for older clients, and only there for containers and images. */
function message(Type: string, Action: string, Actor: EventMessage['Actor'], now: number): EngineEvent {
  const microseconds = Math.round(now * 1000);
  return {
    ...(Type === 'container' && { status: Action, id: Actor.ID, from: Actor.Attributes['image'] ?? '' }),
    ...(Type === 'image' && { status: Action, id: Actor.ID }),
    Type,
    Action,
    Actor,
    scope: 'local',
    time: Math.floor(microseconds / 1e6),
    timeNano: microseconds * 1000,
  };
}

function sorted(attributes: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
