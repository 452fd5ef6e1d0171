type Sharing = 'shared' | 'private' | 'locked';

/** A directory that commands have shared. Times are milliseconds since 1970. */
export interface Cache {
  readonly name: string;
  /** Where it was mounted first, and in what. */
  readonly description: string;
  created: number;
  used: number;
  uses: number;
  users: number;
  locked: boolean;
}

/** Who uses which cache of `RUN --mount=type=cache`. */
export class CacheMounts {
  readonly #now: () => number;
  readonly #caches = new Map<string, Cache[]>();
  #waiting: (() => void)[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A cache, which the caller uses until it is released. Rejects when it is aborted. */
  async take(
    id: string,
    sharing: Sharing,
    description: string,
    signal: AbortSignal,
  ): Promise<{ cache: Cache; release: () => void }> {
    for (;;) {
      signal.throwIfAborted();
      const cache = this.#usable(await nameOf(id), sharing, description);
      if (cache !== undefined) {
        cache.uses += 1;
        cache.used = this.#now();
        return { cache, release: this.#use(cache, sharing) };
      }
      await this.#change(signal);
    }
  }

  /** Keeps everybody from a cache until it is released; undefined for one that somebody uses. */
  hold(cache: Cache): (() => void) | undefined {
    return cache.users > 0 ? undefined : this.#use(cache, 'locked');
  }

  all(): Cache[] {
    return [...this.#caches.values()].flat();
  }

  /** One that nobody uses: the next who asks for it gets another. */
  forget(cache: Cache): void {
    for (const [id, caches] of this.#caches) {
      const left = caches.filter((each) => each !== cache);
      if (left.length > 0) this.#caches.set(id, left);
      else this.#caches.delete(id);
    }
  }

  /** A private one is another one when the first is used; for a locked one somebody must wait. */
  #usable(name: string, sharing: Sharing, description: string): Cache | undefined {
    const now = this.#now();
    const caches = this.#caches.get(name) ?? [];
    this.#caches.set(name, caches);
    const found = sharing === 'private' ? caches.find(({ users }) => users === 0) : caches[0];
    const cache = found ?? {
      name: caches.length === 0 ? name : `${name}-${caches.length}`,
      description,
      created: now,
      used: now,
      uses: 0,
      users: 0,
      locked: false,
    };
    if (found === undefined) caches.push(cache);
    const isFree = cache.users === 0 || (!cache.locked && sharing === 'shared');
    return isFree ? cache : undefined;
  }

  #use(cache: Cache, sharing: Sharing): () => void {
    cache.users += 1;
    cache.locked = sharing === 'locked';
    return () => {
      cache.users -= 1;
      if (cache.users === 0) cache.locked = false;
      for (const wake of this.#waiting.splice(0)) wake();
    };
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

async function nameOf(id: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(id));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `buildkit-cache-${hex.slice(0, 32)}`;
}
