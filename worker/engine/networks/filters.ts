import type { Filters } from '../../protocol/engine-api.ts';
import { internal, invalid } from '../errors.ts';
import { exactMatch, keyValueMatch } from '../filters.ts';
import { parseTimestamp } from '../time.ts';
import { isPredefined, type NetworkRecord } from './network.ts';

const listFilters = ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type'];
const pruneFilters = ['label', 'label!', 'until'];

/** Which networks a list asks for. https://github.com/moby/moby/blob/v28.5.2/daemon/network/filter.go */
export function networkFilter(
  filters: Filters,
  isUsed: (network: NetworkRecord) => boolean,
): (network: NetworkRecord) => boolean {
  requireKnown(filters, listFilters);
  const dangling = danglingOf(filters['dangling'] ?? []);
  for (const type of filters['type'] ?? [])
    if (type !== 'builtin' && type !== 'custom') throw internal(`invalid filter: 'type'='${type}'`);
  return (network) =>
    exactMatch(filters, 'driver', network.driver) &&
    patternMatch(filters['id'], network.id) &&
    patternMatch(filters['name'], network.name) &&
    exactMatch(filters, 'scope', 'local') &&
    exactMatch(filters, 'type', isPredefined(network.name) ? 'builtin' : 'custom') &&
    keyValueMatch(filters, 'label', network.labels) &&
    (dangling === undefined || dangling === (!isPredefined(network.name) && !isUsed(network)));
}

/** Throws on what `prune` does not understand. */
export function validatePrune(filters: Filters): void {
  requireKnown(filters, pruneFilters);
  const until = filters['until'] ?? [];
  if (until.length > 1) throw invalid('more than one until filter specified');
  if (until[0] !== undefined) parseUntil(until[0]);
}

function parseUntil(text: string): void {
  try {
    parseTimestamp(text);
  } catch {
    throw invalid(`failed to parse value as time or duration: ${JSON.stringify(text)}`);
  }
}

function requireKnown(filters: Filters, known: readonly string[]): void {
  const unknown = Object.entries(filters).find(
    ([name, values]) => values.length > 0 && !known.includes(name),
  );
  if (unknown !== undefined) throw invalid(`invalid filter '${unknown[0]}'`);
}

function danglingOf(values: readonly string[]): boolean | undefined {
  const [value, ...more] = values;
  if (value === undefined) return undefined;
  if (more.length > 0) throw invalid('got more than one value for filter key "dangling"');
  if (['true', '1'].includes(value)) return true;
  if (['false', '0'].includes(value)) return false;
  throw invalid(`invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")`);
}

/** A regular expression that may match anywhere. */
function patternMatch(values: readonly string[] = [], source: string): boolean {
  return (
    values.length === 0 ||
    values.some((value) => {
      try {
        return new RegExp(value).test(source);
      } catch {
        return value === source;
      }
    })
  );
}
