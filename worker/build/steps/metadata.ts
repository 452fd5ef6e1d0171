import type { Healthcheck } from '../../oci/imageconfig.ts';
import type { ContainerConfig } from '../../protocol/engine-api.ts';
import { shellOf } from '../config.ts';
import { internal } from '../errors.ts';
import { formatDuration } from '../../go/duration.ts';
import { quoteCharacter } from '../../go/quote.ts';
import type { CommandLine, InstructionName, InstructionNamed } from '../instructions/instruction.ts';
import { resolvePath } from '../../oci/path.ts';
import { substituteWords, type SubstitutionOptions, type Variables } from '../substitution.ts';
import { exposedPorts } from './ports.ts';
import { requireSignal } from './signal.ts';
import type { StageState } from './state.ts';

/** What an instruction that changes the config alone has to know and may say. */
export interface MetadataContext {
  readonly variables: Variables;
  readonly substitution: SubstitutionOptions;
  readonly print: (text: string) => void;
  /** Words for the history and errors as BuildKit has them. */
  readonly buildKit?: boolean;
}

type MetadataName = Exclude<InstructionName, 'ADD' | 'COPY' | 'RUN' | 'WORKDIR'>;

type Apply<Name extends MetadataName> = (
  state: StageState,
  instruction: InstructionNamed<Name>,
  context: MetadataContext,
) => string;

/** Each changes the state and gives what the history says of it. */
const metadata: { readonly [Name in MetadataName]: Apply<Name> } = {
  ARG({ args }, instruction) {
    for (const { key, value } of instruction.args) args.declare(key, value);
    const words = instruction.args.map(({ key, value }) => (value === undefined ? key : `${key}=${value}`));
    return `ARG ${words.join(' ')}`;
  },
  CMD(state, { command }, { buildKit = false }) {
    const line = commandLine(command, state.config);
    state.config.Cmd = line;
    state.config.ArgsEscaped = buildKit;
    if (command.words.length > 0) state.hasCommand = true;
    return `CMD ${quotedList(line)}`;
  },
  ENTRYPOINT(state, { command }, { buildKit }) {
    const line = command.words.length === 0 ? null : commandLine(command, state.config);
    state.config.Entrypoint = line;
    if (!buildKit) state.config.ArgsEscaped = false;
    if (!state.hasCommand) state.config.Cmd = null;
    return `ENTRYPOINT ${quotedList(line ?? [])}`;
  },
  ENV(state, { pairs }) {
    for (const { key, value } of pairs) state.config.Env = withVariable(state.config.Env ?? [], key, value);
    return `ENV ${pairs.map(({ key, value }) => `${key}=${value}`).join(' ')}`;
  },
  EXPOSE(state, { ports }, { variables, substitution, buildKit }) {
    const words = ports.flatMap((port) => substituteWords(port, variables, substitution));
    const exposed = exposedPorts(words, buildKit).map((port) => [port, {}] as const);
    state.config.ExposedPorts = { ...state.config.ExposedPorts, ...Object.fromEntries(exposed) };
    return `EXPOSE ${words.join(' ')}`;
  },
  HEALTHCHECK(state, { health }, { print, buildKit }) {
    const old = state.config.Healthcheck?.Test ?? [];
    if (old.length > 0 && old[0] !== 'NONE')
      print(`Note: overriding previous HEALTHCHECK: [${old.join(' ')}]\n`);
    state.config.Healthcheck = structuredClone(health) as ContainerConfig['Healthcheck'] & object;
    return `HEALTHCHECK ${buildKit ? quotedHealthText(health) : healthText(health)}`;
  },
  LABEL(state, { pairs }) {
    const labels = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
    state.config.Labels = { ...state.config.Labels, ...labels };
    return `LABEL ${pairs.map(({ key, value }) => `${key}=${value}`).join(' ')}`;
  },
  MAINTAINER(state, { maintainer }) {
    state.author = maintainer;
    return `MAINTAINER ${maintainer}`;
  },
  ONBUILD(state, { trigger }) {
    state.config.OnBuild = [...(state.config.OnBuild ?? []), trigger];
    return `ONBUILD ${trigger}`;
  },
  SHELL(state, { shell }) {
    state.config.Shell = [...shell];
    return `SHELL [${shell.join(' ')}]`;
  },
  STOPSIGNAL(state, { signal }) {
    requireSignal(signal);
    state.config.StopSignal = signal;
    return `STOPSIGNAL ${signal}`;
  },
  USER(state, { user }) {
    state.config.User = user;
    return `USER ${user}`;
  },
  VOLUME(state, { volumes }) {
    if (volumes.includes('')) throw internal('VOLUME specified can not be an empty string');
    const added = Object.fromEntries(volumes.map((path) => [path, {}]));
    state.config.Volumes = { ...state.config.Volumes, ...added };
    return `VOLUME [${volumes.join(' ')}]`;
  },
};

export type MetadataInstruction = InstructionNamed<MetadataName>;

/** Changes the state as the instruction says and gives what the history says of it. */
export function applyMetadata(
  state: StageState,
  instruction: MetadataInstruction,
  context: MetadataContext,
): string {
  const apply = metadata[instruction.name] as Apply<MetadataName>;
  return apply(state, instruction, context);
}

/** WORKDIR's part of it: the directory that is to be there. */
export function applyWorkdir(state: StageState, path: string): string {
  if (path === '') throw internal('cannot normalize nothing');
  const directory = resolvePath(state.config.WorkingDir ?? '', path);
  state.config.WorkingDir = directory;
  return directory;
}

/** What a command line executes: the shell form by the stage's shell. */
export function commandLine({ words, shell }: CommandLine, config: ContainerConfig): string[] {
  return shell ? [...shellOf(config), ...words] : [...words];
}

function withVariable(env: readonly string[], key: string, value: string): string[] {
  const entry = `${key}=${value}`;
  const at = env.findIndex((old) => old.split('=', 1)[0] === key);
  return at < 0 ? [...env, entry] : env.with(at, entry);
}

/** Go's %q of a list. */
function quotedList(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(' ')}]`;
}

/** Go's %+v of Docker's struct. */
function healthText(health: Healthcheck): string {
  const { Test = [], Interval = 0, Timeout = 0, StartPeriod = 0, StartInterval = 0, Retries = 0 } = health;
  const times = [Interval, Timeout, StartPeriod, StartInterval].map(formatDuration);
  return `&{[${Test.join(' ')}] ${times.join(' ')} ${Retries}}`;
}

/** Go's %q of the same, where a number is quoted as a character. */
function quotedHealthText(health: Healthcheck): string {
  const { Test = [], Interval = 0, Timeout = 0, StartPeriod = 0, StartInterval = 0, Retries = 0 } = health;
  const times = [Interval, Timeout, StartPeriod, StartInterval].map((time) => `"${formatDuration(time)}"`);
  return `&{${quotedList(Test)} ${times.join(' ')} ${quoteCharacter(Retries)}}`;
}
