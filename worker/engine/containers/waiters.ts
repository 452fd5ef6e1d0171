import type { WaitCondition } from '../../protocol/engine-api.ts';
import { deferred } from '../deferred.ts';
import type { State } from './state.ts';

export interface WaitResult {
  StatusCode: number;
  Error?: { Message: string };
}

/** A wait, and the way out of it. */
export interface Registered {
  readonly result: Promise<WaitResult>;
  readonly forget: () => void;
}

type Resolve = (result: WaitResult) => void;

/** Who waits for a container to stop or to be gone. https://github.com/moby/moby/blob/v28.5.2/container/state.go (Wait) */
export class Waiters {
  readonly #stop = new Set<Resolve>();
  readonly #removed = new Set<Resolve>();

  wait(condition: WaitCondition, state: State): Promise<WaitResult> {
    return this.register(condition, state).result;
  }

  /** A wait that may be given up before its time. */
  register(condition: WaitCondition, state: State): Registered {
    if (condition === 'not-running' && !state.running)
      return { result: Promise.resolve(resultOf(state)), forget: () => undefined };
    const waiting = condition === 'removed' ? this.#removed : this.#stop;
    const waiter = deferred<WaitResult>();
    const resolve: Resolve = (result) => waiter.resolve(result);
    waiting.add(resolve);
    return { result: waiter.promise, forget: () => void waiting.delete(resolve) };
  }

  /** How many wait. */
  get count(): number {
    return this.#stop.size + this.#removed.size;
  }

  stopped(state: State): void {
    wake(this.#stop, state);
  }

  /** Wakes everybody: a container can go without ever having run. */
  removed(state: State): void {
    this.stopped(state);
    wake(this.#removed, state);
  }
}

function wake(waiting: Set<Resolve>, state: State): void {
  for (const resolve of waiting) resolve(resultOf(state));
  waiting.clear();
}

/** The error is the last one of a start or a removal. */
function resultOf({ exitCode, error }: State): WaitResult {
  return { StatusCode: exitCode, ...(error !== '' && { Error: { Message: error } }) };
}
