import type { Flag } from './flag.ts';
import { cut, value } from './kinds.ts';

export type Filters = Readonly<Record<string, readonly string[]>>;

/** `--filter name=value`, gathered by name; `-f` too, unless that letter is taken. */
export function filter(usage: string, letter = true): Flag<Filters> {
  return value<Filters>('filter', {}, readFilter, usage, letter ? { short: 'f' } : {});
}

function readFilter(text: string, previous: Filters): Filters {
  if (text === '') return previous;
  const [before, after] = cut(text, '=');
  if (after === undefined) throw new Error('bad format of filter (expected name=value)');
  const name = before.trim().toLowerCase();
  return { ...previous, [name]: [...(previous[name] ?? []), after.trim()] };
}

/** As the engine takes them; none when there are none. */
export function filtersOption(filters: Filters): { filters?: Record<string, string[]> } {
  const entries = Object.entries(filters);
  if (entries.length === 0) return {};
  return { filters: Object.fromEntries(entries.map(([name, values]) => [name, [...values]])) };
}
