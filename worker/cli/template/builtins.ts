import { show } from './show.ts';
import {
  elements,
  indirect,
  isNil,
  kindOf,
  mapElement,
  mapKeys,
  textOf,
  Typed,
  typeName,
  unbox,
  zeroElement,
} from './values.ts';
import type { GoValue } from './values.ts';

/** Functions that every template of Go's has and that look into values. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Go counts bytes. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

export function byteSlice(text: string, from: number, to: number): string {
  return decoder.decode(encoder.encode(text).subarray(from, to));
}

/** `index x 1 "a"` is `x[1]["a"]`. @throws Error */
export function index(value: GoValue, ...keys: GoValue[]): GoValue {
  if (unbox(value) === undefined) throw new Error('index of untyped nil');
  return keys.reduce(element, value);
}

function element(value: GoValue, key: GoValue): GoValue {
  const held = indirect(value);
  if (isNil(held)) throw new Error('index of nil pointer');
  const kind = kindOf(held);
  if (kind === 'map') return mapElement(held, mapKey(key)) ?? zeroElement(held);
  if (kind !== 'slice' && kind !== 'string') throw new Error(`can't index item of type ${typeName(held)}`);
  const items = kind === 'slice' ? elements(held) : [...encoder.encode(textOf(held))];
  const at = position(key, items.length);
  if (at === items.length) throw new Error(`reflect: ${kind} index out of range`);
  return items[at];
}

function mapKey(key: GoValue): string {
  const held = unbox(key);
  if (held === undefined) throw new Error('value is nil; should be of type string');
  if (typeof held !== 'string') throw new Error(`value has type ${typeName(held)}; should be string`);
  return held;
}

function position(key: GoValue, end: number): number {
  const held = unbox(key);
  if (held === undefined) throw new Error('cannot index slice/array with nil');
  if (typeof held !== 'number') throw new Error(`cannot index slice/array with type ${typeName(held)}`);
  if (held < 0 || held > end) throw new Error(`index out of range: ${held}`);
  return held;
}

/** `slice x 1 2` is `x[1:2]`. @throws Error */
export function slice(value: GoValue, ...bounds: GoValue[]): GoValue {
  const held = unbox(value);
  if (held === undefined) throw new Error('slice of untyped nil');
  if (bounds.length > 3) throw new Error(`too many slice indexes: ${bounds.length}`);
  const kind = kindOf(held);
  if (kind === 'string' && bounds.length === 3) throw new Error('cannot 3-index slice a string');
  if (kind !== 'slice' && kind !== 'string') throw new Error(`can't slice item of type ${typeName(held)}`);
  const end = kind === 'string' ? byteLength(textOf(held)) : elements(held).length;
  const [from = 0, to = end, most = to] = bounds.map((bound) => position(bound, end));
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`);
  if (to > most) throw new Error(`invalid slice index: ${to} > ${most}`);
  if (kind === 'string') return byteSlice(textOf(held), from, to);
  if (held instanceof Typed) return new Typed(held.type, (held.json as unknown[]).slice(from, to));
  return (held as unknown[]).slice(from, to);
}

/** @throws Error */
export function length(value: GoValue): number {
  const held = indirect(value);
  if (isNil(held)) throw new Error('len of nil pointer');
  switch (kindOf(held)) {
    case 'string':
      return byteLength(textOf(held));
    case 'slice':
      return elements(held).length;
    case 'map':
      return mapKeys(held).length;
    case 'none':
      throw new Error('reflect: call of reflect.Value.Type on zero Value');
    default:
      throw new Error(`len of type ${typeName(held)}`);
  }
}

/** As fmt.Sprint: values are set apart by a space where neither is text. */
export function sprint(...args: GoValue[]): string {
  return args.reduce<string>((text, value, at) => {
    const apart = at > 0 && !isText(value) && !isText(args[at - 1]);
    return text + (apart ? ' ' : '') + show(value);
  }, '');
}

function isText(value: GoValue): boolean {
  return typeof unbox(value) === 'string';
}
