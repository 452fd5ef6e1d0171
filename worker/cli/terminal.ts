import type { TerminalSize } from '../protocol/agent.ts';
import type { EngineApi } from '../protocol/engine-api.ts';
import { signalName } from './signal-names.ts';
import type { ClientSession, Unsubscribe } from './session.ts';
import { StatusError } from './errors.ts';

/** Gives a process the size of the client's terminal, now and whenever it changes. */
export function followSize(
  session: ClientSession,
  resize: (size: { h: number; w: number }) => Promise<void>,
): Unsubscribe {
  const tell = () => {
    if (session.size) resize(heightAndWidth(session.size)).catch(() => undefined);
  };
  tell();
  return session.onResize(tell);
}

/** As {@link followSize}, after a size that is none: whoever has drawn the screen already draws it again. */
export function redraw(
  session: ClientSession,
  resize: (size: { h: number; w: number }) => Promise<void>,
): Unsubscribe {
  const { size } = session;
  if (size) resize({ h: size.rows + 1, w: size.cols + 1 }).catch(() => undefined);
  return followSize(session, resize);
}

function heightAndWidth(size: TerminalSize): { h: number; w: number } {
  return { h: size.rows, w: size.cols };
}

/** Passes the signals that the client is sent on to a container. */
export function proxySignals(session: ClientSession, engine: EngineApi, id: string): Unsubscribe {
  return session.onSignal((signal) => {
    const name = signalName(signal);
    // A container that has just ended takes no signals, and nothing follows from that.
    if (name !== undefined) engine.containerKill(id, { signal: name }).catch(() => undefined);
  });
}

/** A terminal of the process needs a terminal on this side. */
export function checkTty(session: ClientSession, attachStdin: boolean, tty: boolean): void {
  if (attachStdin && tty && !session.tty.stdin) throw new StatusError(1, 'the input device is not a TTY');
}
