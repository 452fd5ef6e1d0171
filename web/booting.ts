import type { MachineStatus } from '../worker/protocol/page.ts';
import type { Engine } from './engine.ts';

/** A machine that starts while the page is still loading. */
export interface Booting {
  /** Rejects with an error whose message is for people. */
  done: Promise<void>;
  /** Tells the latest status, if there is one, and every one after it. */
  follow(listener: (status: MachineStatus) => void): void;
}

export function startBooting(engine: Engine): Booting {
  let latest: MachineStatus | undefined;
  let tell: ((status: MachineStatus) => void) | undefined;
  const done = engine.boot((status) => {
    latest = status;
    tell?.(status);
  });
  // Until the page is there to show it.
  done.catch(() => {});
  const follow: Booting['follow'] = (listener) => {
    tell = listener;
    if (latest) listener(latest);
  };
  return { done, follow };
}
