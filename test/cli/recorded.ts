import { readFileSync } from 'node:fs';

/** A table in `recorded/`; each says how it was made. */
export function readRecorded(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8')) as unknown;
}
