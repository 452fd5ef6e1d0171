import { typeText } from './types.ts';
import type { GoType } from './types.ts';

/**
 * Values as templates have them. Text, booleans and integers are JavaScript's own, `undefined` is no value at all; an
 * array is a `[]interface {}`, a plain object a `map[string]interface {}`, and one with a `goType` a struct whose fields
 * are computed and may be methods.
 */
export type GoValue = unknown;

/** Go's name of the type of an object that is no plain map. */
export const goType = Symbol('goType');
/** Of such an object: a field that it does not have is no value and no mistake. */
export const lenient = Symbol('lenient');

export type Row = Record<string, GoValue> & { [goType]: string; [lenient]?: true };

/** Marks an object as one whose fields are computed, of a type of this name. */
export function asRow<T extends object>(object: T, type: string, isLenient = false): T {
  Object.defineProperty(object, goType, { value: type });
  return isLenient ? Object.defineProperty(object, lenient, { value: true }) : object;
}

/** A value of Go's type `interface {}`, as elements of plain maps and lists are; null is nil. */
export class Interface {
  readonly value: GoValue;
  constructor(value: GoValue) {
    this.value = value;
  }
}

/** A `float64`. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
  toJSON(): number {
    return this.value;
  }
}

/** A number as JSON has it, whose type nobody knows: to Go it is text. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toJSON(): number {
    return Number(this.text);
  }
}

/** A list, map, struct or pointer of a known type, over its JSON. */
export class Typed {
  readonly type: GoType;
  readonly json: unknown;
  constructor(type: GoType, json: unknown) {
    this.type = type;
    this.json = json;
  }
}

/** JSON as Go reads it when it knows no types. */
export function untyped(json: unknown): GoValue {
  if (typeof json === 'number') return new JsonNumber(numberText(json));
  if (Array.isArray(json)) return json.map(untyped);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, untyped(value)]));
}

/** JSON of a known type; what is missing is the type's zero. */
export function typed(type: GoType, json: unknown): GoValue {
  switch (type.kind) {
    case 'string':
      return typeof json === 'string' ? json : '';
    case 'int':
    case 'uint':
      return typeof json === 'number' ? json : 0;
    case 'float':
      return new Float(typeof json === 'number' ? json : 0);
    case 'bool':
      return json === true;
    case 'any':
      return new Interface(untyped(json) ?? null);
    default:
      return new Typed(type, json ?? null);
  }
}

export type Kind =
  | 'none'
  | 'bool'
  | 'int'
  | 'float'
  | 'string'
  | 'slice'
  | 'map'
  | 'struct'
  | 'pointer'
  | 'func';

/** Of what an interface holds. */
export function kindOf(value: GoValue): Kind {
  const held = unbox(value);
  switch (typeof held) {
    case 'undefined':
      return 'none';
    case 'boolean':
      return 'bool';
    case 'number':
      return 'int';
    case 'string':
      return 'string';
    case 'function':
      return 'func';
    default:
      return objectKind(held as object);
  }
}

function objectKind(value: object): Kind {
  if (value instanceof Float) return 'float';
  if (value instanceof JsonNumber) return 'string';
  if (value instanceof Typed) return typedKind(value);
  if (Array.isArray(value)) return 'slice';
  return isRow(value) ? 'struct' : 'map';
}

function typedKind({ type }: Typed): Kind {
  if (type.kind === 'time') return 'struct';
  return type.kind === 'slice' || type.kind === 'map' || type.kind === 'struct' ? type.kind : 'pointer';
}

export function isRow(value: GoValue): value is Row {
  return typeof value === 'object' && value !== null && goType in value;
}

/** What an interface holds; of nil nothing. */
export function unbox(value: GoValue): GoValue {
  const held = value instanceof Interface ? value.value : value;
  return held === null ? undefined : held;
}

export function isNilPointer(value: GoValue): boolean {
  return value instanceof Typed && value.type.kind === 'pointer' && value.json === null;
}

/** Follows interfaces and pointers; nil ones stay. */
export function indirect(value: GoValue): GoValue {
  let held = value instanceof Interface && value.value !== null ? value.value : value;
  while (held instanceof Typed && held.type.kind === 'pointer' && held.json !== null) {
    held = typed(held.type.to, held.json);
  }
  return held;
}

export function isNil(value: GoValue): boolean {
  return isNilPointer(value) || (value instanceof Interface && value.value === null);
}

export function isTrue(value: GoValue): boolean {
  const held = unbox(value);
  if (isNilPointer(held)) return false;
  switch (kindOf(held)) {
    case 'none':
      return false;
    case 'bool':
      return held === true;
    case 'int':
      return held !== 0;
    case 'float':
      return (held as Float).value !== 0;
    case 'string':
      return textOf(held) !== '';
    case 'slice':
      return elements(held).length > 0;
    case 'map':
      return mapKeys(held).length > 0;
    default:
      return true;
  }
}

/** Of a value whose kind is string. */
export function textOf(value: GoValue): string {
  const held = unbox(value);
  return held instanceof JsonNumber ? held.text : (held as string);
}

/** Of a list. */
export function elements(value: GoValue): GoValue[] {
  const held = unbox(value);
  if (Array.isArray(held)) return held.map((item) => new Interface(item));
  const { type, json } = held as Typed;
  const of = type.kind === 'slice' ? type.of : type;
  return ((json as unknown[] | null) ?? []).map((item) => typed(of, item));
}

/** Sorted, as Go walks maps. */
export function mapKeys(value: GoValue): string[] {
  const held = unbox(value);
  const object = held instanceof Typed ? (held.json as object | null) : (held as object);
  return sortKeys(Object.keys(object ?? {}));
}

/** In the order of their bytes. */
export function sortKeys(keys: string[]): string[] {
  return keys.sort((a, b) => (a < b ? -1 : 1));
}

/** What a map holds for a key; undefined when there is nothing. */
export function mapElement(value: GoValue, key: string): GoValue {
  const held = unbox(value);
  const object = (held instanceof Typed ? held.json : held) as Record<string, unknown> | null;
  if (!object || !Object.hasOwn(object, key)) return undefined;
  return held instanceof Typed ? typed(elementType(held), object[key]) : new Interface(object[key]);
}

/** What a map or list holds for a key that it does not have. */
export function zeroElement(value: GoValue): GoValue {
  const held = unbox(value);
  return held instanceof Typed ? typed(elementType(held), undefined) : new Interface(null);
}

function elementType({ type }: Typed): GoType {
  return type.kind === 'map' || type.kind === 'slice' ? type.of : type;
}

/** Of a struct; undefined when its type has no such field. */
export function structField({ type, json }: Typed, name: string): { readonly value: GoValue } | undefined {
  const fields = type.kind === 'struct' ? type.fields : {};
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return field && { value: typed(field.type, (json as Record<string, unknown> | null)?.[field.json]) };
}

/** Go's word for a value's type. */
export function typeName(value: GoValue): string {
  if (value instanceof Interface) return 'interface {}';
  if (value instanceof Typed) return typeText(value.type);
  if (value instanceof Float) return 'float64';
  if (value instanceof JsonNumber) return 'json.Number';
  if (isRow(value)) return value[goType];
  if (Array.isArray(value)) return '[]interface {}';
  const names: Readonly<Record<string, string>> = {
    object: 'map[string]interface {}',
    number: 'int',
    boolean: 'bool',
  };
  return value === undefined || value === null ? '<nil>' : (names[typeof value] ?? typeof value);
}

/** As Go writes a float64 that is shown without a format. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN';
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < plainPowers) return String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Larger numbers are written with an exponent. */
const plainPowers = 6;

export function integerText(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : BigInt(value).toString();
}

function numberText(value: number): string {
  return Number.isInteger(value) ? integerText(value) : String(value);
}
