import type { ContainerStatus, ListOptions } from '../../protocol/engine-api.ts';
import type { Digest } from '../../oci/digest.ts';
import { invalid } from '../errors.ts';
import { portFilter } from '../networks/ports/filter.ts';
import { summarizePorts } from '../networks/ports/summary.ts';
import type { Container } from './container.ts';
import { statusOf } from './state.ts';

/** What the list filters need to know beside the container. */
export interface FilterLookups {
  /** The image a name stands for now, and those made from it. */
  readonly imageIds: (name: string) => readonly Digest[];
  readonly containerByPrefix: (prefix: string) => Container | undefined;
}

export type ContainerFilter = (container: Container) => boolean;

type Build = (values: readonly string[], lookups: FilterLookups) => ContainerFilter;

/** One entry a filter; values of one filter are alternatives, unless it says otherwise. */
const builders: Readonly<Record<string, Build>> = {
  id: (values, { containerByPrefix }) => {
    const ids = new Set(values.map((value) => containerByPrefix(value)?.id));
    return ({ id }) => ids.has(id);
  },
  name: (values) => {
    const patterns = values.map(namePattern);
    return ({ name }) => patterns.some((matches) => matches(name) || matches(`/${name}`));
  },
  status: (values) => {
    values.forEach(requireStatus);
    return ({ state }) => values.includes(statusOf(state));
  },
  exited: (values) => {
    const codes = new Set(values.map(exitCode));
    return ({ state }) => codes.has(state.exitCode) && !state.running && state.startedAt !== undefined;
  },
  /** All of them must be there. */
  label: (values) => {
    const wanted = values.map(keyValue);
    return ({ config }) => wanted.every(([key, value]) => hasLabel(config.Labels, key, value));
  },
  ancestor: (values, { imageIds }) => {
    const ids = new Set(values.flatMap((value) => imageIds(value)));
    return (container) => ids.has(container.imageId);
  },
  health: (values) => {
    values.forEach(requireHealth);
    return ({ state }) => values.includes(state.health?.Status ?? 'none');
  },
  /** By a network's name or the beginning of its ID. */
  network: (values) => (container) =>
    Object.entries(container.networks).some(([name, { networkId }]) =>
      values.some((value) => value === name || (networkId !== '' && networkId.startsWith(value))),
    ),
  'is-task': (values) => () =>
    values.every((value) => ['false', '0', 'False', 'f', 'F', 'FALSE'].includes(value)),
  isolation: () => () => true,
  volume: (values) => (container) => mountPoints(container).some((point) => values.includes(point)),
  publish: (values) => ports(portFilter('publish', values)),
  expose: (values) => ports(portFilter('expose', values)),
};

/** Which containers are wanted; `before` and `since` are places in the list and come apart from these. */
export function containerFilter(
  filters: NonNullable<ListOptions['filters']>,
  lookups: FilterLookups,
): ContainerFilter {
  const all = Object.entries(filters)
    .filter(([name, values]) => name !== 'before' && name !== 'since' && values.length > 0)
    .map(([name, values]) => builderOf(name)(values, lookups));
  return (container) => all.every((matches) => matches(container));
}

function builderOf(name: string): Build {
  const build = Object.hasOwn(builders, name) ? builders[name] : undefined;
  if (build === undefined) throw invalid(`invalid filter '${name}'`);
  return build;
}

/** A regular expression that may match anywhere; one that is none is compared as it is. */
function namePattern(value: string): (name: string) => boolean {
  try {
    const pattern = new RegExp(value);
    return (name) => pattern.test(name);
  } catch {
    return (name) => name === value;
  }
}

const statuses: readonly ContainerStatus[] = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
];

function requireStatus(value: string): void {
  if (!statuses.includes(value as ContainerStatus))
    throw invalid(
      `invalid filter 'status=${value}': invalid value for state (${value}): must be one of ${statuses.join(', ')}`,
    );
}

const healths = ['none', 'starting', 'healthy', 'unhealthy'];

function requireHealth(value: string): void {
  if (!healths.includes(value))
    throw invalid(
      `invalid filter 'health=${value}': invalid value for health (${value}): must be one of ${healths.join(', ')}`,
    );
}

function exitCode(value: string): number {
  if (!/^[+-]?\d+$/.test(value))
    throw invalid(
      `invalid filter 'exited=${value}': strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`,
    );
  return Number(value);
}

function keyValue(text: string): [key: string, value: string | undefined] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

function hasLabel(labels: Readonly<Record<string, string>>, key: string, value: string | undefined): boolean {
  return Object.hasOwn(labels, key) && (value === undefined || labels[key] === value);
}

function mountPoints({ mounts }: Container): string[] {
  return mounts.flatMap(({ name, source, destination }) => [name ?? source, destination]);
}

function ports(matches: ReturnType<typeof portFilter>): ContainerFilter {
  return ({ sandbox }) => matches(summarizePorts(sandbox?.ports ?? {}));
}
