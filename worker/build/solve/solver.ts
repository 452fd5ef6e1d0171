import type { GitFetch } from '../git/http.ts';
import type { DiffId } from '../../oci/diffid.ts';
import { errorMessage } from '../../oci/errors.ts';
import type { HostConfig } from '../../protocol/engine-api.ts';
import { UnknownCommit } from '../git/clone.ts';
import type { Lines } from '../instructions/instruction.ts';
import { SourceError } from '../instructions/source-error.ts';
import { internal, SourceFailure } from '../errors.ts';
import type { TreeNode } from '../files/tree.ts';
import { layersRoot } from '../files/tree.ts';
import { isAbort } from './abort.ts';
import type { CachedStep, MadeLayer, SolveBackend, SolveCache } from './backend.ts';
import { copyStep, MissingSource, requireSources } from './copy-step.ts';
import { keyOf } from './key.ts';
import type { Progress, Vertex } from './progress.ts';
import { UnknownSource } from './remote-file.ts';
import { requireMountSource, runStep } from './run-step.ts';
import { downwards, sameSteps } from './same-steps.ts';
import type { ContextStep, CopyStep, RunStep, Step, StepMount, WorkdirStep } from './step.ts';
import { inputsOf } from './step.ts';
import { treeLayer } from './tree-layer.ts';
import { workdirStep } from './workdir-step.ts';

/** What a step has made: files, and a key that stands for all that they depend on. */
export interface Snapshot {
  readonly key: string;
  /** Of a step that can be cached: where its result is kept. */
  readonly kept?: string;
  readonly layers: readonly MadeLayer[];
  /** When the topmost layer was made; nothing for what came with an image. */
  readonly created?: number;
}

/** What steps of a build work with. */
export interface SolveParts {
  readonly backend: SolveBackend;
  readonly cache: SolveCache;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
  readonly gitFetch: GitFetch;
  readonly host: HostConfig;
  readonly secret: (id: string) => Promise<Uint8Array | undefined>;
  /** The files of a context; comes with its own progress, once. */
  readonly context: (name: string) => Promise<TreeNode>;
}

/** What a step that can be cached does: says what it depends on, and makes a layer. */
export interface StepWork {
  /** Cheap to tell, and as good as the key itself: what it depends on by where it comes from. */
  readonly hint?: unknown;
  /** All that its layer depends on. */
  key(): Promise<unknown>;
  make(vertex: Vertex): Promise<MadeLayer>;
}

/**
 * Does steps, each once, and only those that are asked for; what does not depend on each other is done at the same time.
 */
export class Solver {
  readonly parts: SolveParts;
  readonly #results = new Map<Step, Promise<Snapshot>>();
  readonly #vertices = new Map<Step, Vertex>();
  readonly #trees = new Map<string, Promise<TreeNode>>();
  readonly #same: ReadonlyMap<Step, Step>;
  /** By contexts: whether all is there that the build needs of them. */
  readonly #sources = new Map<string, Promise<void>>();

  /** For what the target needs. */
  constructor(parts: SolveParts, target: Step) {
    this.parts = parts;
    this.#same = sameSteps(target);
    this.#announce(target);
  }

  /** Does the target, and all that it needs. */
  async build(target: Step): Promise<Snapshot> {
    const steps = new Set<Step>();
    for (const step of downwards(target)) steps.add(this.#one(step));
    for (const step of steps)
      if (step.kind === 'context') this.#sources.set(step.context, this.#requireSources(step, [...steps]));
    const [result] = await Promise.all([this.solve(target), ...this.#sources.values()]);
    return result;
  }

  /** Tells of the steps that are to be done, before any is. */
  #announce(written: Step): void {
    const step = this.#one(written);
    if (this.#vertices.has(step) || step.kind === 'context' || step.kind === 'empty') return;
    for (const input of inputsOf(step)) this.#announce(input);
    this.#vertex(step).announce();
  }

  /** The one of equal steps that is done. */
  #one(step: Step): Step {
    return this.#same.get(step) ?? step;
  }

  solve(written: Step): Promise<Snapshot> {
    const step = this.#one(written);
    const known = this.#results.get(step);
    if (known !== undefined) return known;
    const result = this.#solve(step);
    result.catch(() => undefined);
    this.#results.set(step, result);
    return result;
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#results.values());
  }

  /** The files that a step has made, or that a context has. */
  async tree(step: Step): Promise<TreeNode> {
    if (step.kind === 'context') return this.#context(step);
    const { layers } = await this.solve(step);
    const ids = layers.map(({ diffId }) => diffId);
    const key = ids.join();
    const known = this.#trees.get(key) ?? this.#open(ids);
    this.#trees.set(key, known);
    return known;
  }

  async #open(layers: readonly DiffId[]): Promise<TreeNode> {
    return layersRoot(await this.parts.backend.open(layers));
  }

  /** Once it is known that all is there which the build needs of contexts. */
  async #context(step: ContextStep): Promise<TreeNode> {
    const tree = await this.#load(step);
    await this.#sources.get(step.context)?.catch(() => {
      // That is told of where it is looked for.
      throw new DOMException('a source is missing', 'AbortError');
    });
    return tree;
  }

  #load({ context, lines }: ContextStep): Promise<TreeNode> {
    return this.parts.context(context).catch((error: unknown) => {
      throw located(error, lines);
    });
  }

  /** BuildKit looks for all of them as soon as a context is there, whatever comes first; the last step that lacks one is told of. */
  async #requireSources(context: ContextStep, steps: readonly Step[]): Promise<void> {
    const wanting = steps.filter((step) => wants(step, context));
    if (wanting.length === 0) return;
    const tree = await this.#load(context);
    const failures: unknown[] = [];
    for (const step of wanting) {
      try {
        if (step.kind === 'copy') requireSources(tree, step);
        if (step.kind === 'run')
          for (const mount of step.mounts.filter((one) => isOf(one, context)))
            requireMountSource(tree, mount);
      } catch (error) {
        this.#vertex(step).fail(error);
        failures.push(located(worded(error), step.lines));
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  async #solve(step: Step): Promise<Snapshot> {
    this.parts.signal.throwIfAborted();
    switch (step.kind) {
      case 'empty':
        return { key: 'empty', layers: [] };
      case 'context':
        return this.#contextLayer(step);
      case 'image': {
        const vertex = this.#vertex(step);
        vertex.start();
        const layers = step.layers.map((diffId) => ({ diffId, size: 0 }));
        vertex.complete();
        return { key: step.image, layers };
      }
      case 'workdir':
        return this.#layered(step, (parent) => workdirStep(this, step, parent));
      case 'copy':
        return this.#layered(step, (parent) => copyStep(this, step, parent));
      default:
        return this.#layered(step, (parent) => runStep(this, step, parent));
    }
  }

  /** A context that something is built on, or that is mounted: all of it as a layer of its own. As a base it is another one each time. */
  async #contextLayer(step: ContextStep): Promise<Snapshot> {
    const { layers } = await treeLayer(this.parts.backend, await this.#context(step));
    return { key: crypto.randomUUID(), layers };
  }

  async #layered(
    step: WorkdirStep | CopyStep | RunStep,
    workOf: (parent: Snapshot) => StepWork | Promise<StepWork>,
  ): Promise<Snapshot> {
    const inputs = inputsOf(step).filter(({ kind }) => kind !== 'context');
    await Promise.all(inputs.map((input) => this.solve(input)));
    const parent = await this.solve(step.parent);
    const vertex = this.#vertex(step);
    try {
      const work = await workOf(parent);
      const found = await this.#find(step, work);
      const { key } = found;
      const done = found.cached ?? (await this.#make(step, key, work, vertex));
      if (found.cached !== undefined) {
        if (found.cached.isImported) await this.parts.cache.keep(key, found.cached, aboutOf(step));
        vertex.hit();
      }
      // What was made anew, though it need not have been, is something else for those that depend on it.
      const made = await keyOf([key, done.layer.diffId]);
      return { key: made, kept: key, layers: [...parent.layers, done.layer], created: done.created };
    } catch (error) {
      if (!vertex.isOver && (vertex.hasStarted || !isAbort(error))) vertex.fail(error);
      throw located(worded(error), step.lines);
    }
  }

  /** The hint is asked first: it spares reading what the key is made of. */
  async #find({ noCache }: Step, work: StepWork): Promise<{ key: string; cached: CachedStep | undefined }> {
    const { cache } = this.parts;
    const hint = work.hint === undefined ? undefined : await keyOf(work.hint);
    const hinted = hint === undefined || noCache ? undefined : await cache.resolve(hint);
    const key = hinted ?? (await keyOf(await work.key()));
    const cached = noCache ? undefined : await cache.find(key);
    if (cached === undefined && hinted !== undefined) {
      const fresh = await keyOf(await work.key());
      return { key: fresh, cached: undefined };
    }
    if (hint !== undefined && hinted === undefined) await cache.alias(hint, key);
    return { key, cached };
  }

  async #make(step: Step, key: string, work: StepWork, vertex: Vertex): Promise<CachedStep> {
    const { backend, cache, signal } = this.parts;
    signal.throwIfAborted();
    vertex.start();
    const layer = await work.make(vertex);
    const done = { layer, created: backend.now() };
    await cache.keep(key, done, aboutOf(step));
    vertex.complete();
    return done;
  }

  #vertex(step: Step): Vertex {
    const known = this.#vertices.get(step);
    if (known !== undefined) return known;
    const inputs = inputsOf(step).flatMap((input) => this.#vertices.get(this.#one(input)) ?? []);
    const vertex = this.parts.progress.vertex(step.name, inputs);
    this.#vertices.set(step, vertex);
    return vertex;
  }
}

/** Whether a step names files of a context. */
function wants(step: Step, { context }: ContextStep): boolean {
  if (step.kind === 'copy')
    return step.from.kind === 'context' && step.from.context === context && step.sources.length > 0;
  return step.kind === 'run' && step.mounts.some((mount) => isOf(mount, { context }));
}

function isOf({ type, step }: StepMount, { context }: Pick<ContextStep, 'context'>): boolean {
  return type === 'bind' && step?.kind === 'context' && step.context === context;
}

function aboutOf({ name }: Step): { description: string; type: string } {
  return { description: name.replace(/^\[[^\]]*\] /, ''), type: 'regular' };
}

function worded(error: unknown): unknown {
  if (error instanceof UnknownSource)
    return new SourceFailure('internal', `failed to load cache key: ${error.message}`, { cause: error });
  if (error instanceof UnknownCommit) return internal(`failed to load cache key: ${error.message}`, error);
  return error instanceof MissingSource
    ? internal(`failed to compute cache key: ${error.message}`, error)
    : error;
}

function located(error: unknown, lines: Lines | undefined): unknown {
  const isPlaced = error instanceof SourceError || error instanceof SourceFailure || isAbort(error);
  if (lines === undefined || isPlaced) return error;
  return new SourceError(errorMessage(error), lines, error);
}
