import type { SolverParts } from '../../build/solve/solve.ts';
import { solveImage } from '../../build/solve/solve.ts';
import type { SolveOptions, SolveStatus } from '../../protocol/engine-api.ts';
import { Channel } from '../images/channel.ts';
import { cancellable } from './cancellable.ts';

/** Builds images in BuildKit's way, each while its statuses are read. */
export class Solves {
  readonly #parts: SolverParts;

  constructor(parts: SolverParts) {
    this.#parts = parts;
  }

  /** Giving the statuses up cancels the build, and waits until nothing of it is left. */
  solve(options: SolveOptions): AsyncIterable<SolveStatus> {
    const statuses = new Channel<SolveStatus>();
    const abort = new AbortController();
    const report = (status: SolveStatus) => statuses.push(status);
    const ended = solveImage(this.#parts, { options, signal: abort.signal, report }).finally(() =>
      statuses.close(),
    );
    return cancellable(statuses, async () => {
      abort.abort();
      await ended;
    });
  }
}
