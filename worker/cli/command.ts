import type { EngineApi } from '../protocol/engine-api.ts';
import { apiVersion, checkApiVersion } from './api-version.ts';
import { configDirectory, loadConfig, noConfig } from './client-config.ts';
import type { ClientConfig, LoadedConfig } from './client-config.ts';
import { client } from './client-version.ts';
import type { CommandSpec } from './command-spec.ts';
import { sections, unlisted } from './command-tree.ts';
import type { Entry, Group } from './command-tree.ts';
import { checkEndpoint } from './endpoint.ts';
import { errorText, exitCode, StatusError } from './errors.ts';
import { withPresets } from './flags/flag.ts';
import type { FlagTable, FlagValues } from './flags/flag.ts';
import { FlagError, parseFlags } from './flags/parse.ts';
import type { Parsed } from './flags/parse.ts';
import { checkLevel, globalFlags } from './global-flags.ts';
import { commandHelp, groupHelp, rootHelp } from './help.ts';
import { checkArgs, flagMistake, refuseUnavailable, refuseWindows } from './refusals.ts';
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

class Docker {
  readonly #engine: EngineApi;
  readonly #session: ClientSession;
  readonly #out: Printer;
  readonly #err: Printer;
  #loading: Promise<LoadedConfig> | undefined;
  #globals: FlagValues<ReturnType<typeof globalFlags>> | undefined;

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
    const flags = globalFlags(configDirectory(this.#session, ''));
    const parsed = await this.#parse('docker', usage, flags, this.#session.args, true, this.#err);
    this.#globals = parsed.values;
    this.#loading = loadConfig(this.#session, configDirectory(this.#session, parsed.values.config));
    checkLevel(parsed.values['log-level']);
    const [name, ...rest] = parsed.args;
    if (name === undefined) return this.#alone(parsed);
    const entry = find(allEntries(), name);
    if (parsed.help) return entry ? this.#help([name]) : this.#print(this.#rootHelp());
    if (name === 'help') return this.#helpCommand(rest);
    if (entry) return this.#entry(`docker ${entry.name}`, entry, rest);
    await this.#config();
    throw new StatusError(
      1,
      `docker: unknown command: docker ${name}\n\nRun 'docker --help' for more information`,
    );
  }

  /** `docker` with nothing to do. */
  async #alone({ help, values }: Parsed<ReturnType<typeof globalFlags>>): Promise<number> {
    await this.#config();
    if (help) return this.#print(this.#rootHelp());
    if (values.version) return this.#print(`Docker version ${client.Version}, build ${client.GitCommit}\n`);
    return this.#print(this.#rootHelp(), this.#err);
  }

  /** What the client's file says; that it could not be read is told first. */
  async #config(): Promise<ClientConfig> {
    const loading = this.#loading;
    if (!loading) return noConfig;
    this.#loading = undefined;
    const { config, warning } = await loading;
    if (warning !== undefined) await this.#err.println(`WARNING: Error ${warning}`);
    return config;
  }

  async #helpCommand(args: readonly string[]): Promise<number> {
    const name = 'docker help';
    const usage = 'Usage:  docker help [command]';
    const parsed = await this.#parse(name, usage, {}, args, true);
    if (!parsed.help && parsed.args[0] !== 'help') return this.#help(parsed.args);
    return this.#print(`${usage}\n\nHelp about the command\n`);
  }

  /** `docker help container ls`. */
  async #help(names: readonly string[]): Promise<number> {
    let entries: readonly Entry[] = allEntries();
    let path = 'docker';
    let entry: Entry | undefined;
    for (const [at, name] of names.entries()) {
      entry = find(entries, name);
      if (!entry) throw new StatusError(1, `unknown help topic: ${names.slice(at).join(' ')}`);
      path += ` ${entry.name}`;
      entries = entry.group?.commands ?? [];
    }
    if (!entry) return this.#print(this.#rootHelp());
    return this.#entry(path, entry, ['--help']);
  }

  #rootHelp(): string {
    return rootHelp(this.#session, globalFlags(configDirectory(this.#session, '')));
  }

  async #entry(name: string, entry: Entry, args: readonly string[]): Promise<number> {
    const { plugin } = entry;
    if (plugin && !plugin.isOff(this.#session.env)) return this.#command(plugin.name, plugin.spec, args);
    if (plugin) await this.#err.print(plugin.notice);
    if (entry.group) return this.#group(name, entry.group, args);
    if (entry.spec) return this.#command(name, entry.spec, args);
    const why = entry.never ? 'not available in' : 'not available yet in this version of';
    throw new StatusError(1, `docker: '${name}' is ${why} Bottleship`);
  }

  async #group(name: string, group: Group, args: readonly string[]): Promise<number> {
    const parsed = await this.#parse(name, `Usage:  ${name}`, {}, args, true);
    const [child, ...rest] = parsed.args;
    if (parsed.help) return this.#print(groupHelp(name, group));
    if (child === undefined) return this.#print(groupHelp(name, group), this.#err);
    const entry = find(group.commands, child);
    if (entry) return this.#entry(`${name} ${entry.name}`, entry, rest);
    throw new StatusError(
      1,
      `docker: unknown command: ${name} ${child}\n\nUsage:  ${name}\n\nRun '${name} --help' for more information`,
    );
  }

  async #command(name: string, spec: CommandSpec, args: readonly string[]): Promise<number> {
    const flags = withPresets(spec.flags, this.#session.env);
    const parsed = await this.#parse(name, `Usage:  ${name} ${spec.usage}`, flags, args, spec.optionsFirst);
    const config = await this.#config();
    if (parsed.help || parsed.values['help'] === true) {
      return this.#print(commandHelp(this.#session, name, { ...spec, flags }));
    }
    checkArgs(name, spec, parsed.args.length);
    refuseUnavailable(name, spec.flags, parsed);
    refuseWindows(spec.flags, parsed);
    if (this.#globals) await checkEndpoint(this.#session, this.#globals, config);
    checkApiVersion(apiVersion(this.#session));
    const code = await spec.run({
      engine: this.#engine,
      session: this.#session,
      config,
      debug: this.#globals?.debug ?? false,
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
    notices = this.#out,
  ): Promise<Parsed<F>> {
    const parsed = parse(name, usage, flags, args, optionsFirst);
    if (parsed.help === 'short') await notices.println('Flag shorthand -h has been deprecated, use --help');
    for (const flag of parsed.mentioned) {
      const deprecated = flags[flag]?.deprecated;
      if (deprecated !== undefined)
        await notices.println(`Flag --${flag} has been deprecated, ${deprecated}`);
    }
    return parsed;
  }

  async #print(text: string, to = this.#out): Promise<number> {
    await this.#config();
    await to.print(text);
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

function allEntries(): Entry[] {
  return [...sections.flatMap((section) => section.entries), ...unlisted];
}

function find(entries: readonly Entry[], name: string): Entry | undefined {
  return entries.find((entry) => entry.name === name || entry.aliases?.includes(name));
}
