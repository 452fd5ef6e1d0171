import type { Clock } from '../clock.ts';
import type { Container } from '../containers/container.ts';
import { notFound } from '../errors.ts';
import type { Exec } from './exec.ts';

/** How long a finished exec can be inspected. Docker's collector runs as often. */
const keepFinished = 5 * 60 * 1000;

/** All the execs. Finished ones are forgotten when newer ones come. */
export class ExecStore {
  readonly #clock: Clock;
  readonly #byId = new Map<string, Exec>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(exec: Exec): void {
    this.#forgetOld();
    this.#byId.set(exec.id, exec);
    exec.container.execs.add(exec.id);
  }

  get(id: string): Exec {
    const exec = this.#byId.get(id);
    if (exec === undefined) throw notFound(`No such exec instance: ${id}`);
    return exec;
  }

  /** Those that have not been started when their container ends never will be. */
  deleteUnstarted({ execs }: Container): void {
    for (const id of execs) {
      if (this.#byId.get(id)?.started) continue;
      this.#byId.delete(id);
      execs.delete(id);
    }
  }

  /** For an inspection. One whose container is gone is told of its end once: to who was attached to it. */
  inspected(id: string): Exec {
    const exec = this.get(id);
    if (exec.finishedAt === undefined) return exec;
    exec.endTold = true;
    if (exec.container.state.dead) this.#byId.delete(id);
    return exec;
  }

  /** Those of a container that is gone, but for those whose end nobody has been told of. */
  deleteOf(container: Container): void {
    for (const [id, exec] of this.#byId)
      if (exec.container === container && (exec.endTold || !exec.started)) this.#byId.delete(id);
  }

  #forgetOld(): void {
    const limit = this.#clock.now() - keepFinished;
    for (const [id, { finishedAt }] of this.#byId) {
      if (finishedAt !== undefined && finishedAt < limit) this.#byId.delete(id);
    }
  }
}
