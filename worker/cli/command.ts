import type { EngineApi } from '../protocol/engine-api.ts';
import { client } from './client-version.ts';
import type { CommandSpec } from './command-spec.ts';
import { sections } from './command-tree.ts';
import type { Entry, Group } from './command-tree.ts';
import { errorText, exitCode, StatusError } from './errors.ts';
import { withPresets } from './flags/flag.ts';
import type { FlagTable } from './flags/flag.ts';
import { FlagError, parseFlags } from './flags/parse.ts';
import type { Parsed } from './flags/parse.ts';
import { checkLevel, globalFlags } from './global-flags.ts';
import { commandHelp, groupHelp, rootHelp } from './help.ts';
import type { ClientSession } from './session.ts';
import { Printer } from './text.ts';

/**
 * Runs `docker` with the session's arguments: the exit code, when everything is printed. Never rejects. Ends early when
 * the client is gone.
 */
export async function runCommand(engine: EngineApi, session: ClientSession): Promise<number> {
  const gone = new Promise<number>((resolve) => {
    session.gone.addEventListener('abort', () => resolve(1), { once: true });
  });
  return Promise.race([gone, new Docker(engine, session).run()]);
}

const flagMistake = 125;

class Docker {
  readonly #engine: EngineApi;
  readonly #session: ClientSession;
  readonly #out: Printer;
  readonly #err: Printer;

  constructor(engine: EngineApi, session: ClientSession) {
    this.#engine = engine;
    this.#session = session;
    this.#out = new Printer(session.stdout);
    this.#err = new Printer(session.stderr);
  }

  async run(): Promise<number> {
    try {
      return await this.#root();
    } catch (error) {
      const text = error instanceof StatusError ? error.message : errorText(error);
      if (text !== '') await this.#err.println(text).catch(() => undefined);
      return exitCode(error);
    }
  }

  async #root(): Promise<number> {
    const usage = 'Usage:  docker [OPTIONS] COMMAND [ARG...]';
    const parsed = await this.#parse('docker', usage, globalFlags, this.#session.args, true);
    const [name, ...rest] = parsed.args;
    if (parsed.values.version)
      return this.#print(`Docker version ${client.Version}, build ${client.GitCommit}\n`);
    if (parsed.help || name === undefined) return this.#print(rootHelp(this.#session));
    refuseUnavailable('docker', globalFlags, parsed);
    checkLevel(parsed.values['log-level']);
    if (name === 'help') return this.#help(rest);
    const entries = sections.flatMap((section) => section.entries);
    const entry = find(entries, name);
    if (!entry) {
      throw new StatusError(
        1,
        `docker: unknown command: docker ${name}\n\nRun 'docker --help' for more information`,
      );
    }
    return this.#entry(`docker ${entry.name}`, entry, rest);
  }

  /** `docker help container ls`. */
  async #help(names: readonly string[]): Promise<number> {
    let entries: readonly Entry[] = sections.flatMap((section) => section.entries);
    let path = 'docker';
    let entry: Entry | undefined;
    for (const name of names) {
      entry = find(entries, name);
      if (!entry) throw new StatusError(1, `unknown help topic: ${names.join(' ')}`);
      path += ` ${entry.name}`;
      entries = entry.group?.commands ?? [];
    }
    if (!entry) return this.#print(rootHelp(this.#session));
    return this.#entry(path, entry, ['--help']);
  }

  #entry(name: string, entry: Entry, args: readonly string[]): Promise<number> {
    if (entry.group) return this.#group(name, entry.group, args);
    if (entry.spec) return this.#command(name, entry.spec, args);
    throw new StatusError(1, `docker: '${name}' is not available yet in this version of Bottleship`);
  }

  async #group(name: string, group: Group, args: readonly string[]): Promise<number> {
    const parsed = await this.#parse(name, `Usage:  ${name}`, {}, args, true);
    const [child, ...rest] = parsed.args;
    if (parsed.help || child === undefined) return this.#print(groupHelp(name, group));
    const entry = find(group.commands, child);
    if (entry) return this.#entry(`${name} ${entry.name}`, entry, rest);
    throw new StatusError(
      1,
      `docker: unknown command: ${name} ${child}\n\nUsage:  ${name}\n\nRun '${name} --help' for more information`,
    );
  }

  async #command(name: string, spec: CommandSpec, args: readonly string[]): Promise<number> {
    const parsed = await this.#parse(
      name,
      `Usage:  ${name} ${spec.usage}`,
      withPresets(spec.flags, this.#session.env),
      args,
      spec.optionsFirst,
    );
    if (parsed.help || parsed.values['help'] === true) {
      return this.#print(commandHelp(this.#session, name, spec));
    }
    checkArgs(name, spec, parsed.args.length);
    refuseUnavailable(name, spec.flags, parsed);
    refuseWindows(spec.flags, parsed);
    const code = await spec.run({
      engine: this.#engine,
      session: this.#session,
      name,
      ...parsed,
      out: this.#out,
      err: this.#err,
    });
    return code ?? 0;
  }

  async #parse<F extends FlagTable>(
    name: string,
    usage: string,
    flags: F,
    args: readonly string[],
    optionsFirst = false,
  ): Promise<Parsed<F>> {
    const parsed = parse(name, usage, flags, args, optionsFirst);
    if (parsed.help === 'short') await this.#err.println('Flag shorthand -h has been deprecated, use --help');
    for (const flag of parsed.mentioned) {
      const deprecated = flags[flag]?.deprecated;
      if (deprecated !== undefined)
        await this.#err.println(`Flag --${flag} has been deprecated, ${deprecated}`);
    }
    return parsed;
  }

  async #print(text: string): Promise<number> {
    await this.#out.print(text);
    return 0;
  }
}

function parse<F extends FlagTable>(
  name: string,
  usage: string,
  flags: F,
  args: readonly string[],
  optionsFirst: boolean,
): Parsed<F> {
  try {
    return parseFlags(flags, args, optionsFirst);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    throw new StatusError(
      flagMistake,
      `${error.message}\n\n${usage}\n\nRun '${name} --help' for more information`,
    );
  }
}

function find(entries: readonly Entry[], name: string): Entry | undefined {
  return entries.find((entry) => entry.name === name || entry.aliases?.includes(name));
}

/** A flag that means something this engine cannot do must not pass unnoticed. */
function refuseUnavailable(name: string, flags: FlagTable, { mentioned, values }: Parsed<FlagTable>): void {
  for (const flag of mentioned) {
    const { unavailable, short, initial } = flags[flag] ?? {};
    if (unavailable === undefined || values[flag] === initial) continue;
    const spelling = short === undefined ? `--${flag}` : `-${short}/--${flag}`;
    throw new StatusError(
      flagMistake,
      `docker: ${spelling}: ${unavailable} not available yet in this version of Bottleship\n\n` +
        `Run '${name} --help' for more information`,
    );
  }
}

/** Docker's client learns from the engine which system it runs on. */
function refuseWindows(flags: FlagTable, { mentioned }: Parsed<FlagTable>): void {
  const mistakes = [...mentioned]
    .filter((flag) => flags[flag]?.windows)
    .map(
      (flag) =>
        `"--${flag}" is only supported on a Docker daemon running on windows, but the Docker daemon is running on linux`,
    );
  if (mistakes.length > 0) throw new StatusError(1, mistakes.join('\n'));
}

function checkArgs(name: string, { args: { min, max }, usage }: CommandSpec, count: number): void {
  if (count >= min && count <= max) return;
  const [how, see] = complaint(min, max);
  throw new StatusError(
    1,
    `docker: '${name}' ${how}\n\nUsage:  ${name} ${usage}\n\n${see} '${name} --help' for more information`,
  );
}

/** Docker's words, slip and all. */
function complaint(min: number, max: number): [how: string, see: string] {
  if (max === 0) return ['accepts no arguments', 'Run'];
  if (min === max) return [`requires ${counted(min)}`, 'Run'];
  if (max === Infinity) return [`requires at least ${counted(min)}`, 'See'];
  if (min === 0) return [`requires at most ${counted(max)}`, 'SRun'];
  return [`requires at least ${min} and at most ${counted(max)}`, 'Run'];
}

function counted(number: number): string {
  return `${number} argument${number === 1 ? '' : 's'}`;
}
