import { check, errno } from './kernel/errors.ts';
import { nr } from './kernel/numbers.ts';

export const readable = 1;
export const writable = 4;
/** Errors and hang-ups are always reported, whatever is waited for. */
export const hungUp = 8 | 16;

const ADD = 1;
const REMOVE = 2;
const MODIFY = 3;
const O_CLOEXEC = 0o2000000;
const maxEvents = 32;

export type Watcher = (events: number) => void;

/**
 * Waits for descriptors. One watcher a descriptor, level-triggered; a watcher may add, change and remove any of them,
 * itself too, and is not called any more once it is removed.
 */
export class Loop {
  readonly #epoll = check('epoll_create', syscall(nr.epoll_create1, O_CLOEXEC));
  readonly #watchers = new Map<number, Watcher>();
  readonly #failed: (error: unknown) => void;
  /** struct epoll_event on i386: u32 events, u64 data, packed. */
  readonly #events = new Uint32Array(maxEvents * 3);
  readonly #event = new Uint32Array(3);

  /** `failed` is told what a watcher has thrown. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  add(fd: number, events: number, watcher: Watcher): void {
    this.#watchers.set(fd, watcher);
    this.#control(ADD, fd, events);
  }

  change(fd: number, events: number): void {
    this.#control(MODIFY, fd, events);
  }

  /** Must be called before the descriptor is closed. */
  remove(fd: number): void {
    if (this.#watchers.delete(fd)) this.#control(REMOVE, fd, 0);
  }

  /** Waits once and calls the watchers of what has happened. */
  turn(): void {
    const count = syscall(nr.epoll_wait, this.#epoll, this.#events, maxEvents, -1);
    if (count === -errno.EINTR) return;
    check('epoll_wait', count);
    for (let i = 0; i < count; i++) {
      const happened = this.#events[i * 3] ?? 0;
      this.#tell(this.#watchers.get(this.#events[i * 3 + 1] ?? 0), happened);
    }
  }

  /** What goes wrong for one must not end everything: the agent is PID 1. */
  #tell(watcher: Watcher | undefined, happened: number): void {
    try {
      watcher?.(happened);
    } catch (error) {
      this.#failed(error);
    }
  }

  #control(operation: number, fd: number, events: number): void {
    this.#event[0] = events;
    this.#event[1] = fd;
    check('epoll_ctl', syscall(nr.epoll_ctl, this.#epoll, operation, fd, this.#event));
  }
}
