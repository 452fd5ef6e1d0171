import type { Clock } from './clock.ts';

/** As in the Engine API's event stream. */
export interface EngineEvent {
  readonly Type: 'container' | 'image' | 'network' | 'volume' | 'daemon';
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly scope: 'local';
  /** Seconds since 1970. */
  readonly time: number;
  readonly timeNano: number;
}

type Handler = (event: EngineEvent) => void;

/** Who wants to know what happens. Handlers are called at once and in order; they must not throw. */
export class Events {
  readonly #clock: Clock;
  readonly #handlers = new Set<Handler>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns what ends the subscription. */
  subscribe(handler: Handler): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  publish(
    type: EngineEvent['Type'],
    action: string,
    id: string,
    attributes: Record<string, string> = {},
  ): void {
    if (this.#handlers.size === 0) return;
    const now = this.#clock.now();
    const event: EngineEvent = {
      Type: type,
      Action: action,
      Actor: { ID: id, Attributes: attributes },
      scope: 'local',
      time: Math.floor(now / 1000),
      timeNano: Math.floor(now * 1e6),
    };
    for (const handler of this.#handlers) handler(event);
  }
}
