type Sharing = 'shared' | 'private' | 'locked';

interface Cache {
  readonly name: string;
  users: number;
  locked: boolean;
}

/** Who uses which cache of `RUN --mount=type=cache`. */
export class CacheMounts {
  readonly #caches = new Map<string, Cache[]>();
  #waiting: (() => void)[] = [];

  /** The name of a cache's directory, which is the caller's until it is released. Rejects when it is aborted. */
  async take(
    id: string,
    sharing: Sharing,
    signal: AbortSignal,
  ): Promise<{ name: string; release: () => void }> {
    for (;;) {
      signal.throwIfAborted();
      const cache = this.#usable(await nameOf(id), sharing);
      if (cache !== undefined) return this.#used(cache, sharing);
      await this.#change(signal);
    }
  }

  /** Those that nobody uses, which are forgotten. */
  idle(): string[] {
    const names: string[] = [];
    for (const [id, caches] of this.#caches) {
      names.push(...caches.filter(({ users }) => users === 0).map(({ name }) => name));
      const used = caches.filter(({ users }) => users > 0);
      if (used.length > 0) this.#caches.set(id, used);
      else this.#caches.delete(id);
    }
    return names;
  }

  /** A private one is another one when the first is used; for a locked one somebody must wait. */
  #usable(name: string, sharing: Sharing): Cache | undefined {
    const caches = this.#caches.get(name) ?? [];
    this.#caches.set(name, caches);
    const found = sharing === 'private' ? caches.find(({ users }) => users === 0) : caches[0];
    const cache = found ?? {
      name: caches.length === 0 ? name : `${name}-${caches.length}`,
      users: 0,
      locked: false,
    };
    if (found === undefined) caches.push(cache);
    const isFree = cache.users === 0 || (!cache.locked && sharing === 'shared');
    return isFree ? cache : undefined;
  }

  #used(cache: Cache, sharing: Sharing): { name: string; release: () => void } {
    cache.users += 1;
    cache.locked = sharing === 'locked';
    return {
      name: cache.name,
      release: () => {
        cache.users -= 1;
        if (cache.users === 0) cache.locked = false;
        for (const wake of this.#waiting.splice(0)) wake();
      },
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
