import type { BuildArgs } from './args.ts';
import type { BuildImage } from './backend.ts';
import { scratch } from './backend.ts';
import type { FindCached } from './cache.ts';
import { stageConfig } from './config.ts';
import { internal } from './errors.ts';
import { expanded } from './instructions/expansion.ts';
import type { Instruction, Stage } from './instructions/instruction.ts';
import { parseInstruction } from './instructions/parse.ts';
import { requirePlatform } from './instructions/platform.ts';
import { copy } from './steps/copy.ts';
import type { StepContext } from './steps/context.ts';
import { applyMetadata } from './steps/metadata.ts';
import { Recorder } from './steps/recorder.ts';
import { run } from './steps/run.ts';
import type { StageState } from './steps/state.ts';
import { requireDirectories } from './steps/volumes.ts';
import { workdir } from './steps/workdir.ts';
import type { SubstitutionOptions, Variables } from './substitution.ts';
import { substitute } from './substitution.ts';
import { parseDockerfile } from './syntax/dockerfile.ts';

/** One stage being built. Lifecycle: `begin`, then its instructions one after the other. */
export class StageBuild {
  readonly #context: StepContext;
  readonly #recorder: Recorder;
  readonly #substitution: SubstitutionOptions;
  readonly state: StageState;

  private constructor(
    context: StepContext,
    find: FindCached,
    state: StageState,
    substitution: SubstitutionOptions,
  ) {
    this.#context = context;
    this.#recorder = new Recorder(context, find);
    this.state = state;
    this.#substitution = substitution;
  }

  /** Takes the base and does what it says is to be done when something is built on it. */
  static async begin(
    context: StepContext,
    stage: Stage,
    { args, find, escape }: { args: BuildArgs; find: FindCached; escape: string },
  ): Promise<StageBuild> {
    const image = await baseImage(context, stage, args.globals, escape);
    const config = stageConfig(image.config);
    const { OnBuild: triggers } = config;
    const state = { config, image: image.id, author: '', hasCommand: false, args: args.forStage() };
    const build = new StageBuild(context, find, state, { escape });
    if (triggers?.length) await build.#trigger(triggers);
    build.#finishStep();
    return build;
  }

  /** One instruction, with what is printed for it but its own line. */
  async step(instruction: Instruction): Promise<void> {
    await this.#doAndTidy(instruction);
    this.#finishStep();
  }

  async #doAndTidy(instruction: Instruction): Promise<void> {
    let worked = false;
    try {
      await this.#do(instruction);
      worked = true;
    } finally {
      await this.#recorder.removeContainers(worked);
    }
  }

  async #trigger(triggers: readonly string[]): Promise<void> {
    const { output } = this.#context;
    const { state } = this;
    state.config = { ...state.config, OnBuild: null };
    output.print(`# Executing ${triggers.length} build trigger${triggers.length > 1 ? 's' : ''}`);
    output.print('\n');
    for (const trigger of triggers) {
      state.config = { ...state.config, Image: state.image };
      const { statements, escape } = parseDockerfile(trigger);
      const [statement, ...more] = statements;
      if (statement === undefined || more.length > 0)
        throw internal('onbuild trigger should be a single expression');
      const instruction = parseInstruction(statement, escape);
      await this.#doAndTidy(instruction);
    }
  }

  async #do(written: Instruction): Promise<void> {
    const { state } = this;
    state.config = structuredClone(state.config);
    const expansion = { variables: this.#variables(), substitution: this.#substitution };
    const instruction = expanded(written, (text) =>
      substitute(text, expansion.variables, expansion.substitution),
    );
    switch (instruction.name) {
      case 'RUN':
        return run(this.#context, this.#recorder, state, instruction, expansion);
      case 'ADD':
      case 'COPY':
        return copy(this.#context, this.#recorder, state, instruction, expansion);
      case 'WORKDIR':
        return workdir(this.#context, this.#recorder, state, instruction.path);
      default: {
        const print = (text: string) => this.#context.output.print(text);
        const words = applyMetadata(state, instruction, { ...expansion, print });
        if (instruction.name === 'VOLUME')
          await requireDirectories(this.#context, state, instruction.volumes);
        return this.#recorder.metadata(state, words);
      }
    }
  }

  /** The image's environment and the build arguments, of which the environment counts more. */
  #variables(): Variables {
    const env = new Map((this.state.config.Env ?? []).map(split));
    const args = this.state.args.declared;
    return (name) => env.get(name) ?? args(name);
  }

  #finishStep(): void {
    this.state.config = { ...this.state.config, Image: this.state.image };
    this.#context.output.image(this.state.image);
  }
}

async function baseImage(
  context: StepContext,
  { base, platform }: Stage,
  variables: Variables,
  escape: string,
): Promise<BuildImage> {
  const { auths, backend, output, pull } = context;
  const name = substitute(base, variables, { escape });
  if (name === '') throw internal(`base name (${base}) should not be blank`);
  const stage = context.stageImage(name);
  if (name === 'scratch' && stage === undefined) return scratch;
  if (stage === '') return scratch;
  const where = stage !== undefined ? 'here' : pull ? 'pull' : 'anywhere';
  const named = substitute(platform, variables, { escape });
  if (platform !== '') requireNamed(named);
  const options = { where, platform: named || context.platform, anyHere: true, auths } as const;
  return backend.image(stage ?? name, options, output.report);
}

function requireNamed(platform: string): void {
  if (platform === '') throw internal(emptyPlatform);
  requirePlatform(platform);
}

const emptyPlatform =
  'failed to parse platform : "" is an invalid OS component of "": OSAndVersion specifier component must match ' +
  String.raw`"^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.%-]*)((?:\\+[A-Za-z0-9_.%-]+)*)\\))?$": invalid argument`;

function split(entry: string): [string, string] {
  const cut = entry.indexOf('=');
  return cut < 0 ? [entry, ''] : [entry.slice(0, cut), entry.slice(cut + 1)];
}
