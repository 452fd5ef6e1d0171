import type { SolveProgress, SolveStatus, SolveVertex, SolveWarning } from '../../protocol/engine-api.ts';
import { errorMessage } from '../../oci/errors.ts';
import { isAbort } from './abort.ts';

/** Says what a build does, as BuildKit does: steps ("vertexes"), how far they have come, what they write. */
export class Progress {
  readonly #report: (status: SolveStatus) => void;
  readonly #now: () => number;

  constructor(report: (status: SolveStatus) => void, now: () => number) {
    this.#report = report;
    this.#now = now;
  }

  /** A step that is about to be told of. */
  vertex(name: string, inputs: readonly Vertex[] = []): Vertex {
    return new Vertex(this.#report, this.#now, name, inputs);
  }

  /** Does a step, telling of its beginning and its end. */
  async during<T>(vertex: Vertex, operation: (vertex: Vertex) => Promise<T>): Promise<T> {
    vertex.start();
    try {
      const result = await operation(vertex);
      vertex.complete();
      return result;
    } catch (error) {
      vertex.fail(error);
      throw error;
    }
  }

  warn(warning: SolveWarning): void {
    this.#report({ warnings: [warning] });
  }
}

/** One step, as it is told of. Lifecycle: `announce` where it is known early, `start`, anything in between, then `complete`, `hit` or `fail`. */
export class Vertex {
  readonly digest = randomDigest();
  readonly #report: (status: SolveStatus) => void;
  readonly #now: () => number;
  readonly #name: string;
  readonly #inputs: readonly Vertex[];
  #started: number | undefined;
  isOver = false;

  constructor(
    report: (status: SolveStatus) => void,
    now: () => number,
    name: string,
    inputs: readonly Vertex[],
  ) {
    this.#report = report;
    this.#now = now;
    this.#name = name;
    this.#inputs = inputs;
  }

  get hasStarted(): boolean {
    return this.#started !== undefined;
  }

  announce(): void {
    this.#tell({});
  }

  start(): void {
    this.#started = this.#now();
    this.#tell({});
  }

  complete(): void {
    this.isOver = true;
    this.#tell({ completed: this.#now() });
  }

  /** It was done before. */
  hit(): void {
    this.isOver = true;
    this.#started ??= this.#now();
    this.#tell({ completed: this.#now(), cached: true });
  }

  /** One that is given up because another has failed is canceled, in BuildKit's words. */
  fail(error: unknown): void {
    this.isOver = true;
    this.#started ??= this.#now();
    const words = isAbort(error) ? 'context canceled' : errorMessage(error);
    this.#tell({ completed: this.#now(), error: words });
  }

  log(stream: 'stdout' | 'stderr', data: Uint8Array): void {
    this.#report({
      logs: [{ vertex: this.digest, stream: stream === 'stdout' ? 1 : 2, data, timestamp: this.#now() }],
    });
  }

  /** Something in it: `transferring context:`. */
  progress(id: string, total?: number): { to(current: number): void; end(): void } {
    const started = this.#now();
    let current = 0;
    const tell = (more: Partial<SolveProgress>) => {
      const base = { id, vertex: this.digest, current, timestamp: this.#now(), started };
      this.#report({ statuses: [{ ...base, ...(total !== undefined && { total }), ...more }] });
    };
    return {
      to(reached) {
        current = reached;
        tell({});
      },
      end: () => tell({ completed: this.#now() }),
    };
  }

  #tell(more: Partial<SolveVertex>): void {
    const started = this.#started === undefined ? {} : { started: this.#started };
    const inputs = this.#inputs.map(({ digest }) => digest);
    this.#report({ vertexes: [{ digest: this.digest, inputs, name: this.#name, ...started, ...more }] });
  }
}

function randomDigest(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `sha256:${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
