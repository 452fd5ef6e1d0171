import type { GitFetch } from './git/http.ts';
import type { ContentStore } from '../content/contentstore.ts';
import { parseReference, withDefaultTag, familiarReference } from '../oci/reference.ts';
import type { ImageBuildOptions, ProgressMessage } from '../protocol/engine-api.ts';
import { BuildArgs } from './args.ts';
import type { BuildBackend, BuildImage } from './backend.ts';
import type { FindCached } from './cache.ts';
import { findInHistories, findLocal, findNothing } from './cache.ts';
import { openContext, type BuildContext } from './context.ts';
import { internal, invalid, MalformedError } from './errors.ts';
import { expanded } from './instructions/expansion.ts';
import type { Instruction, Program, Stage } from './instructions/instruction.ts';
import { parseProgram } from './instructions/parse.ts';
import { BuildOutput, shortId } from './output.ts';
import { hostConfig } from './request.ts';
import { StageBuild } from './stage.ts';
import type { StepContext } from './steps/context.ts';
import { substitute } from './substitution.ts';
import type { Dockerfile } from './syntax/dockerfile.ts';

/** What a builder works with. */
export interface BuilderParts {
  readonly backend: BuildBackend;
  /** Where contexts wait while they are built. */
  readonly content: ContentStore;
  readonly fetch: typeof fetch;
  readonly gitFetch: GitFetch;
}

export interface BuildRequest {
  /** A tar of the context, packed or not. */
  readonly tar: AsyncIterable<Uint8Array>;
  readonly options: ImageBuildOptions;
  readonly signal: AbortSignal;
  readonly report: (message: ProgressMessage) => void;
}

/**
 * Builds an image as Docker's classic builder does, and says what it does with messages. Gives the image's ID. When it
 * fails or is aborted, the images of the steps before are there for the cache, and nothing runs any more.
 */
export async function buildImage(parts: BuilderParts, request: BuildRequest): Promise<string> {
  const { options } = request;
  const tags = uniqueTags(options.tags ?? []);
  if (options.squash) throw invalid('squash is only supported with experimental mode');
  const output = new BuildOutput(request.report);
  const context = await openContext(parts, request);
  try {
    const image = await new Build(parts, request, context, output).run();
    output.print(`Successfully built ${shortId(image)}\n`);
    for (const tag of tags) {
      await parts.backend.tag(image, tag);
      output.print(`Successfully tagged ${tag}\n`);
    }
    return image;
  } finally {
    for (const problem of await parts.backend.solving.keepCaches(request.signal))
      output.warn(`[Warning] ${problem}\n`);
    await context.close();
  }
}

/** Short names with their tags. */
function uniqueTags(names: readonly string[]): string[] {
  const tags = names
    .filter((name) => name !== '')
    .map((name) => {
      const reference = parseReference(name);
      if (reference.digest !== undefined) throw internal('build tag cannot contain a digest');
      return familiarReference(withDefaultTag(reference));
    });
  return [...new Set(tags)];
}

interface FinishedStage {
  readonly name: string;
  readonly image: string;
}

class Build {
  readonly #backend: BuildBackend;
  readonly #output: BuildOutput;
  readonly #options: ImageBuildOptions;
  readonly #dockerfile: Dockerfile;
  readonly #context: StepContext;
  readonly #signal: AbortSignal;
  readonly #done: FinishedStage[] = [];
  #at = 1;
  #count = 0;

  constructor(
    { backend, fetch }: BuilderParts,
    { options, signal }: BuildRequest,
    context: BuildContext,
    output: BuildOutput,
  ) {
    this.#backend = backend;
    this.#options = options;
    this.#output = output;
    this.#dockerfile = context.dockerfile;
    this.#signal = signal;
    this.#context = {
      backend,
      output,
      fetch,
      signal,
      files: context.root,
      host: hostConfig(options),
      forceRemove: options.forceRm ?? false,
      remove: options.rm ?? true,
      pull: options.pull ?? false,
      auths: options.authConfigs,
      platform: options.platform ?? '',
      stageImage: (name) => this.#stageImage(name),
    };
  }

  async run(): Promise<string> {
    const { globals, stages } = wanted(this.#program(), this.#options);
    this.#warn();
    this.#count = globals.length + stages.reduce((sum, { instructions }) => sum + 1 + instructions.length, 0);
    const args = new BuildArgs(this.#options.buildArgs ?? {});
    for (const instruction of globals) this.#global(instruction, args);
    for (const stage of stages) await this.#stage(stage, args);
    const unused = args.unused();
    if (unused.length > 0)
      this.#output.print(`[Warning] One or more build-args [${unused.join(' ')}] were not consumed\n`);
    const image = this.#done.at(-1)?.image ?? '';
    if (image === '') throw internal('No image was generated. Is your Dockerfile empty?');
    return image;
  }

  #program(): Program {
    try {
      return parseProgram(this.#dockerfile);
    } catch (error) {
      if (!(error instanceof Error && error.cause instanceof MalformedError)) throw error;
      throw invalid(`failed to parse ${this.#options.dockerfile || 'Dockerfile'}: ${error.message}`);
    }
  }

  #warn(): void {
    const { warnings } = this.#dockerfile;
    for (const warning of warnings) this.#output.warn(`[WARNING]: ${warning}\n`);
    if (warnings.length > 0)
      this.#output.warn('[WARNING]: Empty continuation lines will become errors in a future release.\n');
  }

  #global(instruction: Program['globals'][number], args: BuildArgs): void {
    this.#announce(instruction.source);
    const { escape } = this.#dockerfile;
    const found = expanded(instruction, (text) => substitute(text, args.declared, { escape }));
    if (found.name === 'ARG') for (const { key, value } of found.args) args.declareGlobal(key, value);
  }

  async #stage(stage: Stage, args: BuildArgs): Promise<void> {
    if (stage.name !== '' && this.#done.some(({ name }) => name === stage.name))
      throw internal(`${stage.name} stage name already used`);
    this.#requireWanted();
    this.#announce(stage.source);
    const { escape } = this.#dockerfile;
    const build = await StageBuild.begin(this.#context, stage, { args, escape, find: await this.#cache() });
    for (const instruction of stage.instructions) {
      this.#requireWanted();
      this.#announce(instruction.source);
      await build.step(instruction);
    }
    const { image } = build.state;
    if (image !== '') this.#output.report({ aux: { ID: image } });
    this.#done.push({ name: stage.name, image });
  }

  #announce(source: string): void {
    this.#output.step(this.#at, this.#count, source);
    this.#at += 1;
  }

  #requireWanted(): void {
    if (!this.#signal.aborted) return;
    this.#output.print('Build cancelled\n');
    throw internal('Build cancelled');
  }

  async #cache(): Promise<FindCached> {
    const { noCache, cacheFrom = [] } = this.#options;
    if (noCache) return findNothing;
    if (cacheFrom.length === 0) return findLocal(this.#backend);
    const options = { where: 'here', platform: '' } as const;
    const found = await Promise.all(
      cacheFrom.map((name) => this.#backend.image(name, options, () => undefined).catch(() => undefined)),
    );
    return findInHistories(
      this.#backend,
      found.filter((image): image is BuildImage => image !== undefined),
    );
  }

  /** Names are looked up first; a number that is no stage's is an error. */
  #stageImage(name: string): string | undefined {
    const named = this.#done.find((stage) => stage.name !== '' && stage.name === name.toLowerCase());
    if (named !== undefined) return named.image;
    if (!/^[+-]?\d+$/.test(name)) return undefined;
    const at = Number(name);
    if (at === this.#done.length) throw internal('refers to current build stage');
    const stage = this.#done[at];
    if (stage === undefined) throw internal('index out of bounds');
    return stage.image;
  }
}

/** The stages up to the target, the last one with the labels of the command line. */
function wanted({ globals, stages }: Program, { target, labels = {} }: ImageBuildOptions): Program {
  const end = target ? stages.findIndex(({ name }) => name === target.toLowerCase()) : stages.length - 1;
  if (end < 0 && target) throw invalid(`target stage ${JSON.stringify(target)} could not be found`);
  const kept = stages.slice(0, end + 1);
  const last = kept.pop();
  if (last === undefined) throw internal('No image was generated. Is your Dockerfile empty?');
  const instructions = [...last.instructions, ...Object.entries(labels).sort(byKey).map(label)];
  return { globals, stages: [...kept, { ...last, instructions }] };
}

function byKey([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}

function label([key, value]: [string, string]): Instruction {
  return { name: 'LABEL', source: `LABEL ${key}=${value}`, pairs: [{ key, value }], literal: true };
}
