import type { ContainerConfig } from '../../protocol/engine-api.ts';
import { resolvePath } from '../../oci/path.ts';
import { BuildArgs } from '../args.ts';
import { invalid } from '../errors.ts';
import { expanded } from '../instructions/expansion.ts';
import type { CommandLine, Instruction, InstructionNamed, Lines } from '../instructions/instruction.ts';
import { parseMount } from '../instructions/mount.ts';
import { errorMessage } from '../../oci/errors.ts';
import { atLines, SourceError } from '../instructions/source-error.ts';
import { parseMode } from '../files/mode.ts';
import { isAddress } from '../steps/download.ts';
import { applyMetadata, applyWorkdir, commandLine } from '../steps/metadata.ts';
import { exposedPorts } from '../steps/ports.ts';
import { isGitAddress } from '../git/address.ts';
import type { SubstitutionOptions } from '../substitution.ts';
import { substitute } from '../substitution.ts';
import { heredocText } from '../syntax/heredoc.ts';
import { placedMount } from '../steps/mounts.ts';
import { runWords } from '../steps/run-words.ts';
import type { Linter } from './linter.ts';
import { shownSource, shownRun } from './shown.ts';
import { StageLint } from './stage-lint.ts';
import type { CopyStep, Step, StepMount } from './step.ts';

/** A line of the history that is being made; one with a step has its layer. */
export interface PlannedHistory {
  readonly createdBy: string;
  readonly step: Step | undefined;
}

/** Nothing at all is a command for the shell, too. */
function neverEmpty({ words, shell }: CommandLine): CommandLine {
  return { words: shell && words.length === 0 ? [''] : words, shell };
}

function isRemote(path: string): boolean {
  return isAddress(path) || isGitAddress(path);
}

/** What a stage begins with. */
export interface StageBase {
  readonly config: ContainerConfig;
  readonly step: Step;
  readonly env: ReadonlyMap<string, string>;
  readonly history: readonly PlannedHistory[];
  readonly author: string;
  /** Build arguments of the stages below: commands have them. */
  readonly args: readonly PlannedArg[];
  /** Whether a stage below has said where it works. */
  readonly hasWorkdir: boolean;
}

interface PlannedArg {
  readonly key: string;
  readonly value: string | undefined;
}

/** What somebody who builds a stage may give it. */
export interface StageParameter {
  readonly kind: 'arg' | 'secret' | 'ssh';
  readonly name: string;
  readonly value?: string | undefined;
  readonly required?: boolean;
  readonly lines: Lines;
}

export interface StagePlanParts {
  readonly name: string;
  readonly escape: string;
  /** Of `--build-arg`. */
  readonly buildArgs: Readonly<Record<string, string | null>>;
  /** What was declared before the first FROM, and the arguments about the platforms. */
  readonly globals: ReadonlyMap<string, string>;
  readonly proxies: readonly string[];
  readonly noCache: boolean;
  readonly linter: Linter;
  readonly allowed: ReadonlySet<string>;
  /** Gives a step its place in the stage: `[name 2/5] `. */
  readonly number: () => string;
  /** What a `--from` stands for, or the build context where it is empty. */
  readonly from: (name: string, refused: (stage: string) => string) => Promise<Step>;
}

/**
 * One stage on its way from instructions to steps. The config changes as the instructions are read, the files later, when
 * the steps are done. https://github.com/moby/buildkit/blob/v0.25.0/frontend/dockerfile/dockerfile2llb/convert.go
 */
export class StagePlan {
  readonly #parts: StagePlanParts;
  readonly #state: {
    config: ContainerConfig;
    image: string;
    author: string;
    hasCommand: boolean;
    args: BuildArgs;
  };
  readonly #env: Map<string, string>;
  readonly #args: PlannedArg[];
  readonly #used: Set<string>;
  readonly #lint: StageLint;
  readonly history: PlannedHistory[];
  /** Of the stage itself, without those that it is built on. */
  readonly parameters: StageParameter[] = [];
  step: Step;

  constructor(parts: StagePlanParts, base: StageBase, used: Set<string>) {
    this.#parts = parts;
    this.#used = used;
    const config = structuredClone(base.config);
    const args = new BuildArgs({});
    this.#state = { config, image: '', author: base.author, hasCommand: false, args };
    this.#env = new Map(base.env);
    this.history = [...base.history];
    this.step = base.step;
    this.#args = [...base.args];
    this.#lint = new StageLint(parts.linter, base.hasWorkdir);
  }

  get config(): ContainerConfig {
    return this.#state.config;
  }

  /** What a stage on top of this one begins with. */
  get base(): StageBase {
    const { config, author } = this.#state;
    return {
      config,
      author,
      step: this.step,
      env: this.#env,
      history: this.history,
      args: this.#args,
      hasWorkdir: this.#lint.hasWorkdir,
    };
  }

  /** Does an instruction. Fails with a SourceError. */
  async add(written: Instruction): Promise<void> {
    const { lines } = written;
    const instruction = atLines(lines, () =>
      written.name === 'ARG' ? written : expanded(written, (text) => this.#expand(text)),
    );
    const variables = { set: [...this.#env.keys()], declared: this.#args.map(({ key }) => key) };
    await this.#do(instruction);
    this.#lint.check(written.name === 'EXPOSE' ? instruction : written, variables, this.#hasShell);
  }

  async #do(instruction: Instruction): Promise<void> {
    const { lines } = instruction;
    switch (instruction.name) {
      case 'ARG':
        return atLines(lines, () => this.#arg(instruction));
      case 'RUN':
        return this.#run(instruction);
      case 'ADD':
      case 'COPY':
        return this.#copy(instruction);
      case 'WORKDIR':
        return atLines(lines, () => this.#workdir(instruction));
      default:
        return atLines(lines, () => this.#metadata(instruction));
    }
  }

  #expand(text: string, options: SubstitutionOptions = {}): string {
    const variables = (name: string) => {
      const value = this.#env.get(name);
      if (value === undefined) this.#lint.unset(name);
      return value;
    };
    return substitute(text, variables, { escape: this.#parts.escape, ...options });
  }

  /** A value of the command line counts most, then the instruction's own, then that of before the first FROM. */
  #arg({ args, lines }: InstructionNamed<'ARG'>): void {
    const { buildArgs, globals } = this.#parts;
    const said = args.map(({ key, value: written }) => {
      const given = Object.hasOwn(buildArgs, key) ? (buildArgs[key] ?? undefined) : undefined;
      const value = given ?? (written === undefined ? globals.get(key) : this.#expand(written));
      this.#used.add(key);
      if (value !== undefined) this.#env.set(key, value);
      this.#args.push({ key, value });
      if (lines) this.parameters.push({ kind: 'arg', name: key, value, lines });
      return value === undefined ? key : `${key}=${value}`;
    });
    this.#commit(`ARG ${said.join(' ')}`);
  }

  get #hasShell(): boolean {
    return (this.config.Shell ?? []).length > 0;
  }

  #metadata(
    instruction: Exclude<Instruction, InstructionNamed<'ARG' | 'RUN' | 'ADD' | 'COPY' | 'WORKDIR'>>,
  ): void {
    const before = new Set(Object.keys(this.config.ExposedPorts ?? {}));
    const whole =
      instruction.name === 'CMD' || instruction.name === 'ENTRYPOINT'
        ? { ...instruction, command: neverEmpty(instruction.command) }
        : instruction;
    const words = applyMetadata(this.#state, whole, {
      variables: (name) => this.#env.get(name),
      substitution: { escape: this.#parts.escape },
      print: () => undefined,
      buildKit: true,
    });
    if (instruction.name === 'ENV') for (const { key, value } of instruction.pairs) this.#env.set(key, value);
    // The history has nothing of triggers.
    if (instruction.name === 'ONBUILD') return;
    if (instruction.name !== 'EXPOSE') return this.#commit(words);
    const after = Object.keys(this.config.ExposedPorts ?? {});
    const ports = this.#exposed(words, after, before);
    this.#commit(`EXPOSE [${ports.join(' ')}]`);
  }

  #exposed(words: string, after: readonly string[], before: ReadonlySet<string>): string[] {
    const said = new Set(exposedPorts(words.split(' ').slice(1).filter(Boolean), true));
    return after.filter((port) => !before.has(port) || said.has(port)).sort();
  }

  #workdir({ path, lines, source }: InstructionNamed<'WORKDIR'>): void {
    const directory = applyWorkdir(this.#state, path || this.config.WorkingDir || '/');
    const said = path.startsWith('/') ? path : directory;
    // Only a relative one is made a clean one.
    this.config.WorkingDir = said;
    if (directory === '/') return this.#commit(`WORKDIR ${said}`);
    const shown = { name: this.#named(shownSource(source, (text) => this.#expand(text))), lines };
    this.step = {
      kind: 'workdir',
      ...shown,
      ...this.#common(),
      path: directory,
      user: this.config.User ?? '',
    };
    this.#commit(`WORKDIR ${said}`, this.step);
  }

  async #run(instruction: InstructionNamed<'RUN'>): Promise<void> {
    const { lines, network, security } = instruction;
    const words = atLines(lines, () => runWords(instruction));
    this.#requireAllowed(instruction);
    const mounts = await Promise.all(instruction.mounts.map((text) => this.#mount(text, lines)));
    const args = commandLine(neverEmpty(words.command), this.config);
    const name = shownRun(instruction, (text) => this.#shown(text, instruction.mounts));
    this.step = {
      kind: 'run',
      name: this.#named(name),
      lines,
      ...this.#common(),
      args,
      env: [...this.#env].map(([key, value]) => `${key}=${value}`),
      proxies: this.#parts.proxies,
      directory: this.config.WorkingDir ?? '',
      user: this.config.User ?? '',
      mounts,
      network,
      insecure: security === 'insecure',
      hostname: this.#parts.buildArgs['BUILDKIT_SANDBOX_HOSTNAME'] ?? '',
      script: words.script,
    };
    this.#commit(`RUN ${[...this.#countedArgs(), ...args].join(' ')} # buildkit`, this.step);
  }

  /** A secret is not shown. */
  #shown(text: string, mounts: readonly string[]): string {
    const secret = new Set(mounts.flatMap((mount) => /(?:^|,)env=([^,]*)/.exec(mount)?.[1] ?? []));
    const variables = (name: string) => (secret.has(name) ? '****' : this.#env.get(name));
    return substitute(text, variables, { escape: this.#parts.escape, rawQuotes: true, keepUnset: true });
  }

  #requireAllowed({ network, security, lines }: InstructionNamed<'RUN'>): void {
    const wanted = [network === 'host' && 'network.host', security === 'insecure' && 'security.insecure'];
    for (const name of wanted)
      if (name && !this.#parts.allowed.has(name))
        atLines(lines, () => {
          throw invalid(`failed to load LLB: ${name} is not allowed`);
        });
  }

  /** `|1 VERSION=2`, as they are when the command runs. */
  #countedArgs(): string[] {
    const values = new Map(this.#args.map(({ key, value }) => [key, value]));
    if (values.size === 0) return [];
    const said = [...values].map(([key, value]) => `${key}=${this.#env.get(key) ?? value ?? ''}`);
    return [`|${said.length}`, ...said];
  }

  async #mount(text: string, lines: Instruction['lines']): Promise<StepMount> {
    const mount = atLines(lines, () =>
      placedMount(
        parseMount(text, (value) => this.#expand(value)),
        this.config.WorkingDir ?? '',
      ),
    );
    const { type, from, target, id, required } = mount;
    if (lines && (type === 'secret' || type === 'ssh'))
      this.parameters.push({ kind: type, name: id || 'default', required, lines });
    if (type !== 'bind' && (type !== 'cache' || from === '')) return { ...mount, step: undefined };
    const refused = () =>
      `cannot mount from stage ${JSON.stringify(from)} to ${JSON.stringify(target)}, stage needs to be defined before current command`;
    return { ...mount, step: await this.#from(from, refused, lines) };
  }

  async #copy(instruction: InstructionNamed<'ADD' | 'COPY'>): Promise<void> {
    const { lines } = instruction;
    const name = instruction.name === 'COPY' ? instruction.from : '';
    const refused = (stage: string) =>
      `cannot copy from stage ${JSON.stringify(name)}, it needs to be defined before current stage ${JSON.stringify(stage)}`;
    const from = await this.#from(name, refused, lines);
    this.step = atLines(lines, () => this.#copyStep(instruction, from));
    this.#commit(this.#copyWords(instruction), this.step);
  }

  /** Only a stage before this one can be copied or mounted from. */
  async #from(name: string, refused: (stage: string) => string, lines: Instruction['lines']): Promise<Step> {
    try {
      return await this.#parts.from(name, refused);
    } catch (error) {
      throw error instanceof SourceError || lines === undefined
        ? error
        : new SourceError(errorMessage(error), lines, error);
    }
  }

  #copyStep(instruction: InstructionNamed<'ADD' | 'COPY'>, from: Step): CopyStep {
    const { name, sources, chown, chmod, excludes, parents, source, lines } = instruction;
    if (chmod !== '') parseMode(chmod);
    const remotes = sources.filter(isRemote);
    if (name === 'COPY' && remotes.length > 0) throw invalid("source can't be a URL for COPY");
    const { checksum = '', keepGitDir = false, unpack } = name === 'ADD' ? instruction : {};
    if (
      checksum !== '' &&
      !remotes.some(isGitAddress) &&
      !/^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[\w=-]+$/.test(checksum)
    )
      throw invalid('invalid checksum digest format');
    if (checksum !== '' && remotes.length < sources.length)
      throw invalid('checksum requires HTTP(S) or Git sources');
    if (checksum !== '' && remotes.length > 1)
      throw invalid("checksum can't be specified for multiple sources");
    return {
      kind: 'copy',
      name: this.#named(shownSource(source, (text) => this.#expand(text))),
      lines,
      ...this.#common(),
      from,
      instruction: name,
      sources: sources.filter((path) => !isRemote(path)),
      remotes: remotes.map((address) => ({ address, checksum, keepGitDir })),
      contents: instruction.contents.map((heredoc) => ({
        ...heredoc,
        content: heredoc.expand
          ? this.#expand(heredocText(heredoc), { plainQuotes: true })
          : heredocText(heredoc),
        chomp: false,
      })),
      destination: this.#destination(instruction.destination),
      chown,
      chmod,
      excludes,
      parents,
      unpack: { local: name === 'ADD' && unpack !== false, fetched: unpack === true },
    };
  }

  /** A slash at the end stays, since it says that a directory is meant. */
  #destination(written: string): string {
    const path = resolvePath(this.config.WorkingDir ?? '', written);
    return /(?:^|\/)\.?$/.test(written) && path !== '/' ? `${path}/` : path;
  }

  #copyWords(instruction: InstructionNamed<'ADD' | 'COPY'>): string {
    const { name, sources, contents, destination, chown, chmod, parents } = instruction;
    const flags = [parents && '--parents', chown && `--chown=${chown}`, chmod && `--chmod=${chmod}`];
    const heredocs = contents.map((heredoc) => `<<${heredoc.name}`);
    const words = [name, ...flags.filter(Boolean), ...sources, ...heredocs, destination];
    return `${words.join(' ')} # buildkit`;
  }

  #common(): { parent: Step; noCache: boolean } {
    return { parent: this.step, noCache: this.#parts.noCache };
  }

  #named(text: string): string {
    return this.#parts.number() + text;
  }

  #commit(createdBy: string, step?: Step): void {
    this.history.push({ createdBy, step });
  }

  /** As the image names its maker. */
  get author(): string {
    return this.#state.author;
  }
}
