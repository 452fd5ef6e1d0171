import type { Locks, Release } from './locks.ts';

/** The browser's own locks. https://w3c.github.io/web-locks/ */
export class WebLocks implements Locks {
  readonly #manager: LockManager;

  constructor(manager: LockManager = navigator.locks) {
    this.#manager = manager;
  }

  async shared(name: string): Promise<Release> {
    return granted(await this.#request(name, { mode: 'shared' }), name);
  }

  async exclusive(name: string): Promise<Release> {
    return granted(await this.#request(name, { mode: 'exclusive' }), name);
  }

  tryExclusive(name: string): Promise<Release | undefined> {
    return this.#request(name, { mode: 'exclusive', ifAvailable: true });
  }

  /** The lock is ours until the promise that its callback gives is resolved; the request itself ends after that. */
  #request(name: string, options: LockOptions): Promise<Release | undefined> {
    return new Promise((resolve, reject) => {
      const hold = (lock: Lock | null): Promise<void> | undefined => {
        if (lock !== null) return new Promise<void>((end) => resolve(releaser(end)));
        resolve(undefined);
        return undefined;
      };
      const ended = this.#manager.request(name, options, hold);
      const releaser = (end: () => void) => async (): Promise<void> => {
        end();
        await ended;
      };
      ended.catch(reject);
    });
  }
}

function granted(release: Release | undefined, name: string): Release {
  if (release === undefined) throw new Error(`the lock ${name} was not granted`);
  return release;
}
