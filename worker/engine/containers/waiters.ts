import type { WaitCondition } from '../../protocol/engine-api.ts';
import type { State } from './state.ts';

export interface WaitResult {
  StatusCode: number;
  Error?: { Message: string };
}

type Resolve = (result: WaitResult) => void;

/** Who waits for a container to stop or to be gone. https://github.com/moby/moby/blob/v28.5.2/container/state.go (Wait) */
export class Waiters {
  #stop: Resolve[] = [];
  #removed: Resolve[] = [];

  wait(condition: WaitCondition, state: State): Promise<WaitResult> {
    if (condition === 'not-running' && !state.running) return Promise.resolve(resultOf(state));
    const waiting = condition === 'removed' ? this.#removed : this.#stop;
    return new Promise((resolve) => waiting.push(resolve));
  }

  stopped(state: State): void {
    const waiting = this.#stop;
    this.#stop = [];
    for (const resolve of waiting) resolve(resultOf(state));
  }

  /** Wakes everybody: a container can go without ever having run. */
  removed(state: State): void {
    this.stopped(state);
    const waiting = this.#removed;
    this.#removed = [];
    for (const resolve of waiting) resolve(resultOf(state));
  }
}

/** The error is the last one of a start or a removal. */
function resultOf({ exitCode, error }: State): WaitResult {
  return { StatusCode: exitCode, ...(error !== '' && { Error: { Message: error } }) };
}
