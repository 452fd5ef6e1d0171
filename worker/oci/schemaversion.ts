import { invalid } from './errors.ts';

/** Reads `schemaVersion`, which is 2 in every document we accept; Docker's signed schema 1 is refused by name. */
export function parseSchemaVersion(from: Readonly<Record<string, unknown>>, where: string): 2 {
  const version = from['schemaVersion'];
  if (version === 2) return 2;
  if (version === 1) throw invalid(`${where} is of schema version 1, which is not supported any more`);
  throw invalid(`${where}.schemaVersion must be 2`);
}
