import type { GoType, StructField, StructType } from './types.ts';
import { goType, isRow, sortKeys, Typed, typed, unbox } from './values.ts';
import type { GoValue } from './values.ts';

/** As Go's encoding/json, with `<`, `>` and `&` as they are. Rows of lists write themselves, and escape them. */
export function toJson(value: GoValue): string {
  const held = unbox(value);
  const text = JSON.stringify(plain(held)) ?? 'null';
  return (isRow(held) && held[goType].endsWith('Context') ? escapeHtml(text) : text).replace(
    /[\u2028\u2029]/g,
    escapeCharacter,
  );
}

function escapeHtml(text: string): string {
  return text.replace(/[<>&]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The value in JSON: maps in the order of their keys, structs in that of their fields. */
function plain(value: GoValue): unknown {
  const held = unbox(value);
  if (held instanceof Typed) return plainTyped(held);
  if (Array.isArray(held)) return held.map(plain);
  if (typeof held !== 'object' || held === null || 'toJSON' in held) return held ?? null;
  const keys = sortKeys(Object.keys(held));
  return Object.fromEntries(keys.map((key) => [key, plain((held as Record<string, unknown>)[key])]));
}

function plainTyped({ type, json }: Typed): unknown {
  if (json === null) return emptyTyped(type);
  switch (type.kind) {
    case 'slice':
      return (json as unknown[]).map((item) => plain(typed(type.of, item)));
    case 'map':
      return sortedMap(json as Record<string, unknown>, (item) => plain(typed(type.of, item)));
    case 'struct':
      return plainStruct(type, json as Record<string, unknown>);
    case 'time':
      return json;
    default:
      return type.kind === 'pointer' ? plain(typed(type.to, json)) : json;
  }
}

function emptyTyped(type: GoType): unknown {
  if (type.kind === 'time') return '0001-01-01T00:00:00Z';
  return type.kind === 'struct' ? plainStruct(type, {}) : null;
}

function sortedMap(object: Record<string, unknown>, show: (item: unknown) => unknown): object {
  return Object.fromEntries(sortKeys(Object.keys(object)).map((key) => [key, show(object[key])]));
}

/** Fields that the client does not know are not its to show. */
function plainStruct({ fields }: StructType, json: Record<string, unknown>): object {
  const shown = Object.values(fields).filter(
    (field) => field.json !== '-' && !isOmitted(field, json[field.json]),
  );
  return Object.fromEntries(shown.map(({ json: name, type }) => [name, plain(typed(type, json[name]))]));
}

function isOmitted({ omitEmpty, type }: StructField, value: unknown): boolean {
  if (!omitEmpty || type.kind === 'struct' || type.kind === 'time') return false;
  if (type.kind === 'pointer') return value === undefined || value === null;
  return !value || (typeof value === 'object' && Object.keys(value).length === 0);
}
