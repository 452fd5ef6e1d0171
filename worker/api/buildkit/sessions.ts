import type { EngineApi } from '../../protocol/engine-api.ts';
import { ApiError } from '../../protocol/engine-api.ts';
import type { Http2Connection } from '../http2/connection.ts';

/** What a client serves while it builds: on a connection that it has opened, this side asks. */
export interface ClientSession {
  readonly connection: Http2Connection;
  /** The same for the sessions of one client and directory. */
  readonly sharedKey: string;
  /** `/package.service/method`, in lower case. */
  readonly methods: ReadonlySet<string>;
}

/** Milliseconds that a session may come after a call that names it. */
const patience = 5000;

/** The sessions that are open at an engine, by the IDs that the clients have given them. */
export class Sessions {
  /** Also those that have only been asked for, whose connection is not there yet. */
  readonly #open = new Map<string, ClientSession | undefined>();
  #waiting: (() => void)[] = [];

  /** Until the session has been held. @throws ApiError when there is one of that ID */
  claim(id: string): void {
    if (this.#open.has(id)) throw new ApiError(400, `session ${id} already exists`);
    this.#open.set(id, undefined);
  }

  /** What `claim` has promised: open until the connection ends. Rejects only when it cannot begin. */
  async hold(id: string, begin: () => Promise<ClientSession>): Promise<void> {
    try {
      const session = await begin();
      this.#open.set(id, session);
      this.#wake();
      // The client goes, or speaks something else: then there is no session.
      await session.connection.run().catch(() => undefined);
    } finally {
      this.#open.delete(id);
    }
  }

  /** One that the client opens beside its call may come later than that. Rejects when the call is given up, or it does not come. */
  async wait(id: string, signal: AbortSignal): Promise<ClientSession> {
    const until = performance.now() + patience;
    const wake = () => this.#wake();
    const timer = setTimeout(wake, patience + 1);
    signal.addEventListener('abort', wake, { once: true });
    try {
      for (;;) {
        const session = this.#open.get(id);
        if (session !== undefined) return session;
        if (signal.aborted || performance.now() >= until) throw new Error(`no active session for ${id}`);
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

const sessions = new WeakMap<EngineApi, Sessions>();

export function sessionsOf(engine: EngineApi): Sessions {
  const known = sessions.get(engine) ?? new Sessions();
  sessions.set(engine, known);
  return known;
}
