import type { StoredAuth } from './credentials.ts';
import type { Filters } from './flags/filter.ts';
import { cut } from './flags/kinds.ts';
import { firstJson } from './json-text.ts';
import { absolutePath } from './path.ts';
import { FileError } from './session.ts';
import type { ClientSession } from './session.ts';
import { decodeText } from './text.ts';

/** What `config.json` of the client says; nothing where there is none. What means nothing here is not read. */
export interface ClientConfig {
  /** Where the file would be. */
  readonly directory: string;
  readonly psFormat: string;
  readonly imagesFormat: string;
  readonly networksFormat: string;
  readonly volumesFormat: string;
  readonly statsFormat: string;
  readonly detachKeys: string;
  readonly currentContext: string;
  readonly pruneFilters: readonly string[];
  /** Credentials by registry, as they are kept. */
  readonly auths: Readonly<Record<string, StoredAuth>>;
  /** The program that keeps credentials: of all registries, and by registry. The machine has none. */
  readonly credsStore: string;
  readonly credHelpers: Readonly<Record<string, string>>;
  /** By the engine's address, or `default`. */
  readonly proxies: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const noConfig: ClientConfig = {
  directory: '/root/.docker',
  psFormat: '',
  imagesFormat: '',
  networksFormat: '',
  volumesFormat: '',
  statsFormat: '',
  detachKeys: '',
  currentContext: '',
  pruneFilters: [],
  auths: {},
  credsStore: '',
  credHelpers: {},
  proxies: {},
};

export interface LoadedConfig {
  readonly config: ClientConfig;
  /** Why the file was not read, or not all of it. */
  readonly warning?: string;
}

/** The directory of the client's configuration: the flag's, the environment's or the user's. */
export function configDirectory(session: ClientSession, flag: string): string {
  const own = flag || session.env.get('DOCKER_CONFIG') || '';
  return absolutePath(own || `${session.env.get('HOME') ?? '/root'}/.docker`, session.cwd);
}

/** Never rejects. */
export async function loadConfig(session: ClientSession, directory: string): Promise<LoadedConfig> {
  const path = `${directory}/config.json`;
  const nothing = { ...noConfig, directory };
  try {
    return readConfig(nothing, decodeText(await session.files.read(path)), path);
  } catch (error) {
    if (error instanceof FileError && error.errno === noSuchFile) return { config: nothing };
    return { config: nothing, warning: `parsing config file (${path}): ${messageOf(error)}` };
  }
}

const noSuchFile = 2;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @throws Error in Go's words when it is no JSON */
function readConfig(nothing: ClientConfig, text: string, path: string): LoadedConfig {
  const first = firstJson(text);
  const object: unknown = first === undefined ? null : JSON.parse(first);
  if (object === null) return { config: nothing };
  if (kindOf(object) !== 'object') {
    throw new Error(`json: cannot unmarshal ${kindOf(object)} into Go value of type configfile.ConfigFile`);
  }
  const { fields, mistakes } = readFields(object as Record<string, unknown>);
  const config = { ...nothing, ...fields };
  const [mistake] = mistakes;
  return mistake === undefined
    ? { config }
    : { config, warning: `parsing config file (${path}): ${mistake}` };
}

/** Go's types of the fields, the ones that mean nothing here among them. */
const goTypes: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'ps',
      'images',
      'networks',
      'plugins',
      'volumes',
      'stats',
      'services',
      'tasks',
      'secret',
      'config',
      'nodes',
    ]
      .map((name) => `${name}Format`)
      .concat('detachKeys', 'credsStore', 'serviceInspectFormat', 'currentContext', 'experimental')
      .map((name) => [name, 'string']),
  ),
  auths: 'map[string]types.AuthConfig',
  HttpHeaders: 'map[string]string',
  credHelpers: 'map[string]string',
  pruneFilters: '[]string',
  proxies: 'map[string]configfile.ProxyConfig',
  cliPluginsExtraDirs: '[]string',
  plugins: 'map[string]map[string]string',
  aliases: 'map[string]string',
  features: 'map[string]string',
};

/** Those of the right kind, and what Go says of the others. */
function readFields(object: Record<string, unknown>): { fields: object; mistakes: string[] } {
  const fields: Record<string, unknown> = {};
  const mistakes: string[] = [];
  for (const [name, value] of Object.entries(object)) {
    const type = Object.hasOwn(goTypes, name) ? goTypes[name] : undefined;
    if (type === undefined || value === null) continue;
    if (fits(type, value)) fields[name] = value;
    else
      mistakes.push(
        `json: cannot unmarshal ${kindOf(value)} into Go struct field ConfigFile.${name} of type ${type}`,
      );
  }
  return {
    fields: Object.fromEntries(Object.entries(fields).filter(([name]) => name in noConfig)),
    mistakes,
  };
}

function fits(type: string, value: unknown): boolean {
  if (type === 'string') return typeof value === 'string';
  if (type === '[]string') return Array.isArray(value) && value.every((item) => typeof item === 'string');
  return kindOf(value) === 'object';
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

const proxyNames = {
  HTTP_PROXY: 'httpProxy',
  HTTPS_PROXY: 'httpsProxy',
  NO_PROXY: 'noProxy',
  FTP_PROXY: 'ftpProxy',
  ALL_PROXY: 'allProxy',
};

/** The variables of `--env` and, where those do not say otherwise, of the proxies that the client is told of. */
export function withProxies(config: ClientConfig, entries: readonly string[]): string[] {
  const proxy = config.proxies[ownSocket] ?? config.proxies['default'] ?? {};
  const named = new Set(entries.map((entry) => entry.split('=', 1)[0]));
  const more = Object.entries(proxyNames)
    .flatMap(([name, field]) => [name, name.toLowerCase()].map((spelling) => [spelling, proxy[field] ?? '']))
    .filter(([name, value]) => value !== '' && !named.has(name ?? ''));
  return [...entries, ...more.map(([name, value]) => `${name}=${value}`)];
}

/** What prunes are given beside their flags. Labels that the flags speak of are theirs alone. */
export function withPruneFilters(config: ClientConfig, filters: Filters): Filters {
  const opposites: Readonly<Record<string, string>> = { label: 'label!', 'label!': 'label' };
  const all: Record<string, readonly string[]> = { ...filters };
  for (const filter of config.pruneFilters) {
    const [name, value] = cut(filter, '=');
    if (value === undefined) continue;
    const opposite = opposites[name];
    // Docker takes an opposite that is not there for one that says the same.
    if (opposite !== undefined && (all[opposite]?.includes(value) ?? true)) continue;
    all[name] = [...(all[name] ?? []), value];
  }
  return all;
}

/** The address of the only engine there is. */
export const ownSocket = 'unix:///var/run/docker.sock';
