import type { Bottleship } from '../../worker/bottleship.ts';
import { listen, type Listener } from './listen.ts';

/** Serves the Engine API until SIGINT or SIGTERM. @returns the exit code */
export async function serveHosts({ engine }: Bottleship, hosts: readonly string[]): Promise<number> {
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
  const listeners: Listener[] = [];
  try {
    for (const host of hosts) {
      const listener = await listen(engine, host);
      listeners.push(listener);
      console.log(`API listen on ${listener.address}`);
    }
    await ended;
    return 0;
  } finally {
    await Promise.all(listeners.map((listener) => listener.close()));
  }
}
