import type {
  BuildStepView,
  BuildView,
  ProgressMessage,
  SolveStatus,
  SolveVertex,
} from '../../protocol/engine-api.ts';
import { OutputTail } from './outputtail.ts';

/** A step, and what it prints. */
interface Step extends Changing<BuildStepView> {
  tail?: OutputTail;
}

type Changing<T> = { -readonly [K in keyof T]: T[K] };

/** What is known of a build, made of what it tells its client. */
export class BuildRecord {
  readonly #view: Omit<Changing<BuildView>, 'steps'>;
  readonly #steps = new Map<string, Step>();
  readonly #now: () => number;
  #current: Step | undefined;
  #isWithoutImage = false;

  constructor(build: Pick<BuildView, 'number' | 'buildId' | 'title'>, now: () => number) {
    this.#now = now;
    this.#view = { ...build, started: now() };
  }

  get view(): BuildView {
    return { ...this.#view, steps: [...this.#steps.values()].map(viewOf) };
  }

  get isOver(): boolean {
    return this.#view.completed !== undefined;
  }

  /** False when it changes nothing of what is seen. */
  status({ vertexes = [], logs = [], image, failure, answer, isDone }: SolveStatus): boolean {
    for (const vertex of vertexes) this.#vertex(vertex);
    for (const { vertex, data } of logs) printed(this.#steps.get(vertex), data);
    if (image !== undefined) this.#view.image = image;
    if (answer !== undefined || isDone) this.#isWithoutImage = true;
    if (failure) this.#view.failure = failure.message;
    return vertexes.length + logs.length > 0 || image !== undefined || failure !== undefined;
  }

  #vertex({ digest, name, started, completed, cached, error }: SolveVertex): void {
    const step = this.#steps.get(digest) ?? { name };
    this.#steps.set(digest, step);
    if (started !== undefined) step.started = started;
    if (completed !== undefined) step.completed = completed;
    if (cached) step.cached = true;
    if (error) step.error = error;
  }

  /** Of the classic builder. */
  message({ stream = '', error, aux }: ProgressMessage): boolean {
    const began = /^Step (\d+)\/(\d+) : ([^\n]*)/.exec(stream);
    if (began) this.#begin(`[${began[1]}/${began[2]}] ${began[3]}`);
    else if (stream.startsWith(' ---> Using cache') && this.#current) this.#current.cached = true;
    else if (error !== undefined) this.#fail(error);
    else if (aux && 'ID' in aux && typeof aux.ID === 'string') this.#view.image = aux.ID;
    else if (stream !== '' && !/^(?: ---> |Removed intermediate|Successfully )/.test(stream))
      printed(this.#current, new TextEncoder().encode(stream));
    else return false;
    return true;
  }

  /** Its client has heard all, or has given up. */
  end(): void {
    if (this.isOver) return;
    const { image, failure } = this.#view;
    this.#view.completed = this.#now();
    if (this.#current) this.#current.completed ??= this.#view.completed;
    if (image === undefined && failure === undefined && !this.#isWithoutImage)
      this.#view.failure = 'canceled';
  }

  #begin(name: string): void {
    const now = this.#now();
    if (this.#current) this.#current.completed = now;
    this.#current = { name, started: now };
    this.#steps.set(name, this.#current);
  }

  #fail(error: string): void {
    this.#view.failure = error;
    if (this.#current) this.#current.error = error;
  }
}

function viewOf({ tail, ...step }: Step): BuildStepView {
  const isOfInterest = step.error !== undefined || step.completed === undefined;
  const output = isOfInterest ? tail?.text : undefined;
  return output ? { ...step, output } : step;
}

function printed(step: Step | undefined, bytes: Uint8Array): void {
  if (step) (step.tail ??= new OutputTail()).write(bytes);
}
