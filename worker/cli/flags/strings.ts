import type { Flag, FlagOptions } from './flag.ts';
import { value } from './kinds.ts';

/** A list whose mentions may hold several values each, set apart by commas as in CSV. */
export function strings(usage: string, options: FlagOptions = {}): Flag<readonly string[]> {
  return value('strings', [] as readonly string[], read, usage, options);
}

function read(text: string, previous: readonly string[]): readonly string[] {
  return [...previous, ...fields(text)];
}

function fields(text: string): string[] {
  if (text === '') return [];
  const parts = text.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? [];
  const found = parts.map((part) =>
    part
      .replace(/,$/, '')
      .replace(/^"(.*)"$/s, '$1')
      .replaceAll('""', '"'),
  );
  return text.endsWith(',') ? found : found.slice(0, -1);
}
