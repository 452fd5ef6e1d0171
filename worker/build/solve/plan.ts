import { errorMessage } from '../../oci/errors.ts';
import { formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { ContainerConfig, SolveOptions } from '../../protocol/engine-api.ts';
import type { BuildImage } from '../backend.ts';
import { internal, invalid } from '../errors.ts';
import { expanded } from '../instructions/expansion.ts';
import type { Instruction, Lines, Program } from '../instructions/instruction.ts';
import { parseInstruction } from '../instructions/parse.ts';
import { atLines, SourceError } from '../instructions/source-error.ts';
import { substitute } from '../substitution.ts';
import { suggestion } from '../instructions/suggestion.ts';
import type { Dockerfile } from '../syntax/dockerfile.ts';
import { parseDockerfile } from '../syntax/dockerfile.ts';
import { lintBase, lintDefaultBases } from './lint.ts';
import type { Linter } from './linter.ts';
import { requirePlatform } from '../instructions/platform.ts';
import { platformArgs, proxyVariables } from './platform-args.ts';
import type { Source } from './sources.ts';
import { baseSource, fromSource } from './sources.ts';
import type { StageBase } from './stage-plan.ts';
import { StagePlan } from './stage-plan.ts';
import type { Step } from './step.ts';

export interface PlanParts {
  readonly dockerfile: Dockerfile;
  readonly program: Program;
  readonly options: Omit<SolveOptions, 'context'>;
  /** `linux/386`. */
  readonly platform: string;
  /** An image by its whole name. */
  readonly image: (reference: string, platform: string) => Promise<BuildImage>;
  /** A named context, where it is an image. */
  readonly contextImages: ReadonlyMap<string, string>;
  readonly linter: Linter;
}

/** What is to be made: the target's files, and what its image says. */
export interface Plan {
  readonly stage: StagePlan;
  /** It and all that it uses, in the order of the Dockerfile. */
  readonly stages: readonly StagePlan[];
  /** Build arguments that no instruction asks for. */
  readonly unused: readonly string[];
}

const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const layered = new Set(['RUN', 'COPY', 'ADD', 'WORKDIR']);

/**
 * Turns a Dockerfile into the steps that its target needs, and looks up what they begin with; no step is done. Fails with
 * a SourceError where a line is to blame.
 */
export async function plan(parts: PlanParts): Promise<Plan> {
  return new Planner(parts).plan();
}

class Planner {
  readonly #parts: PlanParts;
  readonly #globals: Map<string, string>;
  readonly #declared = new Map<string, string>();
  readonly #used = new Set<string>();
  readonly #names: { stages: Program['stages']; contexts: ReadonlySet<string> };
  readonly #stages = new Map<number, Promise<StagePlan>>();
  readonly #images = new Map<string, Promise<BuildImage>>();
  readonly #contexts = new Map<string, Step>();
  /** Images and contexts that stages use beside their bases. */
  #others = 0;

  constructor(parts: PlanParts) {
    this.#parts = parts;
    const { options, platform, program } = parts;
    this.#names = { stages: program.stages, contexts: new Set(Object.keys(options.contexts ?? {})) };
    const target = options.target || (program.stages.at(-1)?.name ?? '');
    this.#globals = platformArgs(platform, options.platform || platform, target);
    for (const name of this.#globals.keys()) {
      const given = options.buildArgs?.[name];
      if (given) this.#globals.set(name, given);
    }
  }

  async plan(): Promise<Plan> {
    this.#lintDefaults();
    this.#declareGlobals();
    this.#lookAtBases();
    const target = this.#target();
    this.#requireAcyclic(target);
    this.#others = this.#countOthers();
    await Promise.all(this.#reachable(target).map((at) => this.#prefetch(at)));
    const stage = await this.#stage(target, []);
    const given = Object.keys(this.#parts.options.buildArgs ?? {});
    const used = this.#reachable(target).sort((a, b) => a - b);
    const stages = await Promise.all(used.map((at) => this.#stage(at, [])));
    return { stage, stages, unused: given.filter((name) => !this.#used.has(name)) };
  }

  /** As if nothing were given. */
  #lintDefaults(): void {
    const { linter, program, dockerfile } = this.#parts;
    const { escape } = dockerfile;
    const defaults = new Map(this.#globals);
    for (const { key, value } of program.globals.flatMap(({ args }) => args)) {
      try {
        if (value !== undefined)
          defaults.set(
            key,
            substitute(value, (name) => defaults.get(name), { escape }),
          );
      } catch {
        return;
      }
    }
    lintDefaultBases(linter, program.stages, defaults, escape);
  }

  /** Of all stages, in their order; also of those that nobody needs. */
  #lookAtBases(): void {
    const { linter, program } = this.#parts;
    const declared = new Set(program.globals.flatMap(({ args }) => args.map(({ key }) => key)));
    for (const [at, stage] of program.stages.entries()) {
      lintBase(linter, stage, this.#globals, declared);
      this.#base(at);
    }
  }

  #declareGlobals(): void {
    const { program, dockerfile, options } = this.#parts;
    for (const instruction of program.globals) {
      const { lines } = instruction;
      const found = atLines(lines, () =>
        expanded(instruction, (text) => this.#substitute(text, dockerfile.escape)),
      );
      if (found.name !== 'ARG') continue;
      for (const { key, value: written } of found.args) {
        const value = options.buildArgs?.[key] ?? written;
        this.#used.add(key);
        if (value === undefined || value === null) continue;
        this.#globals.set(key, value);
        this.#declared.set(key, value);
      }
    }
  }

  #substitute(text: string, escape: string): string {
    return substitute(text, (name) => this.#globals.get(name), { escape });
  }

  #target(): number {
    const { options, program } = this.#parts;
    const { stages } = program;
    const { target = '' } = options;
    if (stages.length === 0) throw invalid('dockerfile contains no stages to build');
    if (target === '') return stages.length - 1;
    const at = stages.findLastIndex(({ name }) => name === target.toLowerCase());
    if (stages[at] === undefined) {
      const names = stages.map(({ name }) => name).filter((name) => name !== '');
      const similar = suggestion(target, names, false);
      throw invalid(`target stage ${JSON.stringify(target)} could not be found${similar}`);
    }
    return at;
  }

  /** What a stage is built on, by the words of its FROM. */
  #base(at: number): Source & { shown: string; platform: string; lines: Lines } {
    const { program, dockerfile } = this.#parts;
    const stage = program.stages[at];
    if (stage === undefined) throw internal(`invalid stage index ${at}`);
    return atLines(stage.lines, () => {
      const name = this.#substitute(stage.base, dockerfile.escape);
      if (name === '') throw invalid(`base name (${stage.base}) should not be blank`);
      const platform = this.#substitute(stage.platform, dockerfile.escape);
      requirePlatform(platform);
      return { ...baseSource(this.#names, name, at), shown: name, platform, lines: stage.lines };
    });
  }

  /** All that a stage uses, by what is written in it. */
  #sources(at: number): { source: Source; lines: Lines | undefined }[] {
    const base = this.#base(at);
    const instructions = this.#parts.program.stages[at]?.instructions ?? [];
    const froms = instructions.flatMap((instruction) =>
      fromNames(instruction).map((name) => ({
        source: this.#from(name),
        lines: instruction.name === 'RUN' ? undefined : instruction.lines,
      })),
    );
    return [{ source: base, lines: base.lines }, ...froms];
  }

  #from(name: string): Source {
    if (name.includes('$'))
      throw internal(
        'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
      );
    const source = fromSource(this.#names, name);
    if (source === undefined) throw internal(`invalid stage index ${name}`);
    return source;
  }

  #requireAcyclic(at: number, trail: readonly number[] = []): void {
    const here = [...trail, at];
    for (const { source, lines } of this.#sources(at)) {
      if (source.kind !== 'stage') continue;
      if (here.includes(source.at)) throw this.#cycle(source.at, lines);
      this.#requireAcyclic(source.at, here);
    }
  }

  #cycle(at: number, lines: Lines | undefined): Error {
    const name = this.#parts.program.stages[at]?.name || `stage-${at}`;
    const message = `circular dependency detected on stage: ${name}`;
    return lines === undefined ? internal(message) : new SourceError(message, lines);
  }

  #reachable(at: number, found = new Set<number>()): number[] {
    if (found.has(at)) return [...found];
    found.add(at);
    for (const { source } of this.#sources(at))
      if (source.kind === 'stage') this.#reachable(source.at, found);
    return [...found];
  }

  /** What has a stage of its own in BuildKit, so that a single stage of the Dockerfile is called by its number. */
  #countOthers(): number {
    return this.#parts.program.stages
      .flatMap(({ instructions }) => instructions)
      .filter(
        (one) => (one.name === 'RUN' && one.mounts.length > 0) || (one.name === 'COPY' && one.from !== ''),
      ).length;
  }

  /** So that images are looked up at the same time. */
  async #prefetch(at: number): Promise<void> {
    for (const { source, lines } of this.#sources(at))
      if (source.kind === 'image')
        await this.#image(source.name, source === undefined ? '' : this.#platformOf(source), lines);
  }

  #platformOf(source: Source): string {
    return 'platform' in source ? String(source.platform) : '';
  }

  async #image(name: string, platform: string, lines: Lines | undefined): Promise<BuildImage> {
    const reference = atLines(lines, () => {
      try {
        return formatReference(withDefaultTag(parseReference(name)));
      } catch (error) {
        throw invalid(`failed to parse stage name ${JSON.stringify(name)}: ${errorMessage(error)}`);
      }
    });
    const key = `${reference} ${platform}`;
    const known = this.#images.get(key) ?? this.#parts.image(reference, platform);
    this.#images.set(key, known);
    try {
      return await known;
    } catch (error) {
      const message = `${name}: failed to resolve source metadata for ${reference}: ${errorMessage(error)}`;
      throw lines === undefined ? internal(message, error) : new SourceError(message, lines, error);
    }
  }

  /** Of a stage that is asked for by another one of the trail. */
  #stage(at: number, trail: readonly number[]): Promise<StagePlan> {
    const known = this.#stages.get(at);
    if (known !== undefined) return known;
    const made = this.#planStage(at, [...trail, at]);
    this.#stages.set(at, made);
    return made;
  }

  async #planStage(at: number, trail: readonly number[]): Promise<StagePlan> {
    const { program, dockerfile, options } = this.#parts;
    const stage = program.stages[at];
    if (stage === undefined) throw internal(`invalid stage index ${at}`);
    const base = this.#base(at);
    const found = await this.#baseOf(base, trail);
    const triggers = found.config.OnBuild ?? [];
    const instructions = [...triggers.map((text) => this.#trigger(text, stage.lines)), ...stage.instructions];
    const isImage = base.kind === 'image' || (base.kind === 'context' && !this.#isStage(base.name));
    const own = stage.instructions.filter(({ name }) => layered.has(name)).length + (isImage ? 1 : 0);
    const number = counter(this.#nameOf(at));
    const noCache = options.noCache === true || this.#isFiltered(stage.name, at);
    const step = isImage ? this.#numbered(found.step, base, () => number(own)) : found.step;
    // BuildKit learns of triggers when the base is there already, and counts those of metadata, too.
    const total = own + triggers.length;
    const parts = {
      name: stage.name,
      escape: dockerfile.escape,
      buildArgs: options.buildArgs ?? {},
      globals: new Map(this.#globals),
      proxies: proxyVariables(options.buildArgs ?? {}),
      noCache,
      linter: this.#parts.linter,
      allowed: new Set(options.allow ?? []),
      number: () => number(total),
      from: (name: string, refused: (shown: string) => string) => this.#fromStep(name, at, trail, refused),
    };
    const config = { ...found.config, OnBuild: null };
    const planned = new StagePlan(parts, { ...found, config, step }, this.#used);
    for (const instruction of instructions) await planned.add(instruction);
    return planned;
  }

  #isStage(name: string): boolean {
    return this.#parts.program.stages.some((stage) => stage.name === name);
  }

  #isFiltered(name: string, at: number): boolean {
    const filter = this.#parts.options.noCacheFilter ?? [];
    return filter.some((one) => one.toLowerCase() === name || (name === '' && one === `stage-${at}`));
  }

  #nameOf(at: number): string {
    const { stages } = this.#parts.program;
    const { name = '' } = stages[at] ?? {};
    if (stages.length === 1 && this.#others === 0) return '';
    return name || `stage-${at}`;
  }

  #numbered(step: Step, base: Source & { shown: string }, number: () => string): Step {
    if (step.kind !== 'image') return step;
    const { shown } = base;
    return { ...step, name: `${number()}FROM ${base.kind === 'image' ? longName(shown) : shown}` };
  }

  #trigger(text: string, lines: Lines): Instruction {
    return atLines(lines, () => {
      const { statements, escape } = parseDockerfile(text);
      const [statement, ...more] = statements;
      if (statement === undefined || more.length > 0)
        throw invalid('onbuild trigger should be a single expression');
      const { isNewer } = this.#parts.dockerfile.statements[0] ?? statement;
      const instruction = parseInstruction({ ...statement, isNewer }, escape);
      const source = instruction.source.replace(/^\S+/, (name) => name.toUpperCase());
      return { ...instruction, source: `ONBUILD ${source}`, lines };
    });
  }

  async #baseOf(
    base: Source & { platform: string; lines: Lines },
    trail: readonly number[],
  ): Promise<StageBase> {
    if (base.kind === 'stage') return (await this.#otherStage(base.at, trail, base.lines)).base;
    if (base.kind === 'scratch') return emptyBase(emptyStep(base.lines));
    if (base.kind === 'context') {
      const image = this.#parts.contextImages.get(base.name);
      if (image === 'scratch') return emptyBase(emptyStep(base.lines));
      if (image === undefined)
        return emptyBase(
          this.#contextStep(base.name),
          // In a stage's place it has no more than that.
          this.#isStage(base.name) ? { Env: [defaultPath] } : undefined,
        );
      return imageBase(await this.#image(image, base.platform, base.lines), base.lines, image);
    }
    return imageBase(await this.#image(base.name, base.platform, base.lines), base.lines, base.name);
  }

  #otherStage(at: number, trail: readonly number[], lines: Lines | undefined): Promise<StagePlan> {
    if (trail.includes(at)) throw this.#cycle(at, lines);
    return this.#stage(at, trail);
  }

  async #fromStep(
    name: string,
    at: number,
    trail: readonly number[],
    refused: (shown: string) => string,
  ): Promise<Step> {
    if (name === '') return this.#contextStep('');
    const source = this.#from(name);
    if (source.kind === 'stage' && source.at > at)
      throw internal(refused(this.#parts.program.stages[at]?.name ?? ''));
    if (source.kind === 'stage') return (await this.#otherStage(source.at, trail, undefined)).step;
    const image = this.#imageOf(source);
    if (image === 'scratch') return emptyStep(undefined);
    if (image === undefined) return this.#contextStep(source.kind === 'context' ? source.name : '');
    const found = await this.#image(image, '', undefined);
    const key = `image ${image}`;
    const known = this.#contexts.get(key) ?? imageBase(found, undefined, image).step;
    this.#contexts.set(key, known);
    return known;
  }

  /** The image that is meant; undefined for a context of files. */
  #imageOf(source: Exclude<Source, { kind: 'stage' }>): string | undefined {
    if (source.kind === 'scratch') return 'scratch';
    return source.kind === 'image' ? source.name : this.#parts.contextImages.get(source.name);
  }

  #contextStep(context: string): Step {
    const known = this.#contexts.get(context);
    if (known !== undefined) return known;
    const step: Step = { kind: 'context', name: context, context, lines: undefined, noCache: false };
    this.#contexts.set(context, step);
    return step;
  }
}

function fromNames(instruction: Instruction): string[] {
  if (instruction.name === 'COPY') return instruction.from === '' ? [] : [instruction.from];
  if (instruction.name !== 'RUN') return [];
  return instruction.mounts.flatMap((mount) => {
    const from = /(?:^|,)from=([^,]*)/.exec(mount)?.[1] ?? '';
    return from === '' || from.includes('$') ? [] : [from];
  });
}

/** `[name 2/5] `, the number as wide as the last one. */
function counter(name: string): (total: number) => string {
  let at = 0;
  return (total) => {
    at += 1;
    return `[${name === '' ? '' : `${name} `}${String(at).padStart(String(total).length)}/${total}] `;
  };
}

function longName(name: string): string {
  return formatReference(withDefaultTag(parseReference(name)));
}

function emptyStep(lines: Lines | undefined): Step {
  return { kind: 'empty', name: '', lines, noCache: false };
}

function emptyBase(step: Step, config: ContainerConfig = { Env: [defaultPath], WorkingDir: '/' }): StageBase {
  return { config, step, env: envOf(config), history: [], author: '', args: [], hasWorkdir: false };
}

function imageBase(
  { id, config, layers, history }: BuildImage,
  lines: Lines | undefined,
  name: string,
): StageBase {
  const env = config.Env ?? [];
  const withPath = env.some((entry) => entry.startsWith('PATH=')) ? env : [...env, defaultPath];
  const full = { ...structuredClone(config), Env: withPath };
  const step: Step = {
    kind: 'image',
    name: `FROM ${longName(name)}`,
    lines,
    noCache: false,
    image: id,
    layers: layers as Extract<Step, { kind: 'image' }>['layers'],
    history,
  };
  return {
    config: full,
    step,
    env: envOf(full),
    history: [],
    author: '',
    args: [],
    hasWorkdir: false,
  };
}

function envOf({ Env }: ContainerConfig): Map<string, string> {
  return new Map(
    (Env ?? []).map((entry) => {
      const cut = entry.indexOf('=');
      return cut < 0 ? [entry, ''] : [entry.slice(0, cut), entry.slice(cut + 1)];
    }),
  );
}
