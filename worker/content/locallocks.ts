import type { Locks, Release } from './locks.ts';

interface Request {
  readonly shared: boolean;
  grant(): void;
}

/** Who holds a lock, and who waits for it. */
class Queue {
  holders = 0;
  isExclusive = false;
  readonly waiting: Request[] = [];

  get isFree(): boolean {
    return this.holders === 0 && this.waiting.length === 0;
  }

  advance(): void {
    for (let next = this.waiting[0]; next && this.#admits(next); next = this.waiting[0]) {
      this.waiting.shift();
      this.holders += 1;
      this.isExclusive = !next.shared;
      next.grant();
    }
  }

  #admits({ shared }: Request): boolean {
    return this.holders === 0 || (shared && !this.isExclusive);
  }
}

/** Locks among those in one process, where there are no tabs. */
export class LocalLocks implements Locks {
  readonly #queues = new Map<string, Queue>();

  shared(name: string): Promise<Release> {
    return this.#request(name, true);
  }

  exclusive(name: string): Promise<Release> {
    return this.#request(name, false);
  }

  async tryExclusive(name: string): Promise<Release | undefined> {
    return this.#queues.has(name) ? undefined : this.#request(name, false);
  }

  #request(name: string, shared: boolean): Promise<Release> {
    const queue = this.#queues.get(name) ?? new Queue();
    this.#queues.set(name, queue);
    return new Promise((resolve) => {
      queue.waiting.push({ shared, grant: () => resolve(this.#releaser(name, queue)) });
      queue.advance();
    });
  }

  #releaser(name: string, queue: Queue): Release {
    let held = true;
    return async () => {
      if (!held) return;
      held = false;
      queue.holders -= 1;
      queue.advance();
      if (queue.isFree) this.#queues.delete(name);
    };
  }
}
