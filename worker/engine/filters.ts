import type { Filters } from '../protocol/engine-api.ts';
import type { Instant } from './clock.ts';
import { invalid } from './errors.ts';
import { parseMoment } from './moment.ts';

/** Throws on a filter that the operation does not know. */
export function requireFilters(filters: Filters, known: readonly string[]): void {
  const unknown = Object.keys(filters).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`invalid filter '${unknown}'`);
}

/**
 * The ways in which a filter's values are compared. A filter without values lets everything through.
 * https://github.com/moby/moby/blob/v28.5.2/api/types/filters/parse.go
 */
export function exactMatch(filters: Filters, name: string, source: string): boolean {
  const values = valuesOf(filters, name);
  return values.length === 0 || values.includes(source);
}

/** Whether the source is one of the values or begins with one. */
export function fuzzyMatch(filters: Filters, name: string, source: string): boolean {
  const values = valuesOf(filters, name);
  return values.length === 0 || values.some((value) => source.startsWith(value));
}

/** Whether every value, `key` or `key=value`, is found. */
export function keyValueMatch(
  filters: Filters,
  name: string,
  sources: Readonly<Record<string, string>>,
): boolean {
  return valuesOf(filters, name).every((text) => {
    const equals = text.indexOf('=');
    if (equals < 0) return Object.hasOwn(sources, text);
    const key = text.slice(0, equals);
    return Object.hasOwn(sources, key) && sources[key] === text.slice(equals + 1);
  });
}

/** `label` and `label!` of a prune. */
export function labelsMatch(filters: Filters, labels: Readonly<Record<string, string>>): boolean {
  if (!keyValueMatch(filters, 'label', labels)) return false;
  return valuesOf(filters, 'label!').length === 0 || !keyValueMatch(filters, 'label!', labels);
}

/** Equal to one of the values, or a match anywhere of one as a regular expression. */
export function patternMatch(filters: Filters, name: string, source: string): boolean {
  if (exactMatch(filters, name, source)) return true;
  return valuesOf(filters, name).some((value) => {
    try {
      return new RegExp(value).test(source);
    } catch {
      return false;
    }
  });
}

/** What a filter of yes and no says, if it is there. */
export function booleanFilter(filters: Filters, name: string): boolean | undefined {
  if (!Object.hasOwn(filters, name)) return undefined;
  const values = valuesOf(filters, name);
  const isFalse = values.includes('0') || values.includes('false');
  const isTrue = values.includes('1') || values.includes('true');
  const given = values.length > 0 ? `=[${values.join(' ')}]` : '';
  if (isFalse === isTrue) throw invalid(`invalid filter '${name}${given}'`);
  return isTrue;
}

/** The `until` of a prune: what is younger stays. */
export function untilFilter(filters: Filters, now: Instant): Instant | undefined {
  const [text, ...more] = valuesOf(filters, 'until');
  if (more.length > 0) throw invalid('more than one until filter specified');
  return text === undefined ? undefined : parseMoment(text, now);
}

function valuesOf(filters: Filters, name: string): readonly string[] {
  return Object.hasOwn(filters, name) ? (filters[name] ?? []) : [];
}
