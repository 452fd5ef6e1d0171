import type { SolverParts } from '../../build/solve/solve.ts';
import { solveImage } from '../../build/solve/solve.ts';
import type { SolveOptions, SolveStatus } from '../../protocol/engine-api.ts';
import { Channel } from '../images/channel.ts';
import { cancellable } from './cancellable.ts';
import type { RunningBuilds } from './runningbuilds.ts';

/** Builds images in BuildKit's way, each while its statuses are read. */
export class Solves {
  readonly #parts: SolverParts;
  readonly #running: RunningBuilds;

  constructor(parts: SolverParts, running: RunningBuilds) {
    this.#parts = parts;
    this.#running = running;
  }

  /** Giving the statuses up cancels the build, and waits until nothing of it is left. */
  solve(options: SolveOptions): AsyncIterable<SolveStatus> {
    const statuses = new Channel<SolveStatus>();
    const abort = new AbortController();
    const report = (status: SolveStatus) => statuses.push(status);
    const ended = solveImage(this.#parts, { options, signal: abort.signal, report }).finally(() =>
      statuses.close(),
    );
    this.#running.add(options.buildId, abort, ended);
    return cancellable(statuses, async () => {
      abort.abort();
      await ended;
    });
  }
}
