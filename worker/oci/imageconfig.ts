import type { DiffId } from './diffid.ts';
import { parseDiffId } from './diffid.ts';
import { invalid } from './errors.ts';
import type { Parser } from './json.ts';
import {
  boolean,
  integer,
  list,
  located,
  member,
  object,
  optionalMembers,
  parseJson,
  record,
  string,
} from './json.ts';

/** https://github.com/opencontainers/image-spec/blob/v1.1.0/config.md */
export interface ImageConfig extends ConfigExtras {
  readonly architecture: string;
  readonly os: string;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly DiffId[] };
}

interface ConfigExtras {
  readonly created?: string;
  readonly author?: string;
  /** Docker's own. */
  readonly docker_version?: string;
  readonly variant?: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
  readonly config?: RunConfig;
  readonly history?: readonly HistoryEntry[];
}

/** How to run the image. The members after `StopSignal` are Docker's own, in the spec's table of reserved names. */
export interface RunConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
  readonly ArgsEscaped?: boolean;
  readonly Hostname?: string;
  readonly OnBuild?: readonly string[];
  readonly Shell?: readonly string[];
  readonly Healthcheck?: Healthcheck;
}

/** Docker's health check; times in nanoseconds. */
export interface Healthcheck {
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

/** One line of `docker history`; without `empty_layer` it stands for one diffID, in order. */
export interface HistoryEntry {
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

/**
 * Parses an image config. Unknown members are dropped: keep the original bytes where the image ID matters. As Docker
 * does, an image that does not say what it is for is taken for one of Linux, of no architecture in particular.
 */
export function parseImageConfig(text: string): ImageConfig {
  const from = object(parseJson(text, 'image config'), 'image config');
  const platform = { architecture: '', os: 'linux' };
  return {
    ...platform,
    ...optionalMembers<Partial<typeof platform>>(from, { architecture: string, os: string }, 'image config'),
    rootfs: member(from, 'rootfs', rootfs, 'image config'),
    ...optionalMembers<ConfigExtras>(from, extras, 'image config'),
  };
}

const rootfs: Parser<ImageConfig['rootfs']> = (value, where) => {
  const from = object(value, where);
  if (member(from, 'type', string, where) !== 'layers') throw invalid(`${where}.type must be "layers"`);
  return { type: 'layers', diff_ids: member(from, 'diff_ids', list(located(parseDiffId)), where) };
};

const healthcheck: Parser<Healthcheck> = (value, where) =>
  optionalMembers<Healthcheck>(
    object(value, where),
    {
      Test: list(string),
      Interval: integer,
      Timeout: integer,
      StartPeriod: integer,
      StartInterval: integer,
      Retries: integer,
    },
    where,
  );

const runConfig: Parser<RunConfig> = (value, where) =>
  optionalMembers<RunConfig>(
    object(value, where),
    {
      User: string,
      ExposedPorts: record(object),
      Env: list(string),
      Entrypoint: list(string),
      Cmd: list(string),
      Volumes: record(object),
      WorkingDir: string,
      Labels: record(string),
      StopSignal: string,
      ArgsEscaped: boolean,
      Hostname: string,
      OnBuild: list(string),
      Shell: list(string),
      Healthcheck: healthcheck,
    },
    where,
  );

const historyEntry: Parser<HistoryEntry> = (value, where) =>
  optionalMembers<HistoryEntry>(
    object(value, where),
    { created: string, created_by: string, author: string, comment: string, empty_layer: boolean },
    where,
  );

const extras = {
  created: string,
  author: string,
  docker_version: string,
  variant: string,
  'os.version': string,
  'os.features': list(string),
  config: runConfig,
  history: list(historyEntry),
};
