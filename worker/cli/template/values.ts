/** Values as templates see them: what JSON holds, and rows whose fields are computed. */

/** Go's name of a value's type, for messages; a value without one is a map. */
export const goType = Symbol('goType');

export type GoValue = unknown;

export function isObject(value: GoValue): value is Record<string, GoValue> & { [goType]?: string } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isTrue(value: GoValue): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isObject(value)) return value[goType] !== undefined || Object.keys(value).length > 0;
  return Boolean(value);
}

/** As Go's `%v`. */
export function show(value: GoValue): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(show).join(' ')}]`;
  if (!isObject(value)) return typeof value === 'number' ? showNumber(value) : `${value as string | boolean}`;
  const keys = Object.keys(value).sort();
  return `map[${keys.map((key) => `${key}:${show(value[key])}`).join(' ')}]`;
}

export function showNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return BigInt(value).toString();
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

/** What an action that stands alone prints. */
export function showAction(value: GoValue): string {
  return value === null || value === undefined ? '<no value>' : show(value);
}

/** Go's word for a value's type. */
export function typeName(value: GoValue): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (isObject(value)) return value[goType] ?? 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
