import type { Filters } from '../protocol/engine-api.ts';

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

function valuesOf(filters: Filters, name: string): readonly string[] {
  return Object.hasOwn(filters, name) ? (filters[name] ?? []) : [];
}
