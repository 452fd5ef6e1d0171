import { Float, isNil, kindOf, textOf, typeName, unbox } from './values.ts';
import type { GoValue, Kind } from './values.ts';
import { show } from './show.ts';

/** Go's comparison functions for templates: basic values of the same kind only. */

const basicKinds: ReadonlySet<Kind> = new Set<Kind>(['bool', 'int', 'float', 'string']);

/** Whether the first is one of the others. @throws Error */
export function equal(first: GoValue, ...others: GoValue[]): boolean {
  if (others.length === 0) throw new Error('missing argument for comparison');
  return others.some((other) => same(unbox(first), unbox(other)));
}

function same(a: GoValue, b: GoValue): boolean {
  const [kindA, kindB] = [basicKind(a), basicKind(b)];
  if (kindA !== kindB) {
    if (a !== undefined && b !== undefined) throw new Error('incompatible types for comparison');
    return false;
  }
  if (kindA !== undefined) return basicValue(a) === basicValue(b);
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b);
  if (kindOf(a) !== kindOf(b)) {
    const [first, second] = [a, b].map((value) => `${show(value)}: ${typeName(value)}`);
    throw new Error(`non-comparable types ${first}, ${second}`);
  }
  throw new Error(`non-comparable type ${show(b)}: ${typeName(b)}`);
}

function isNothing(value: GoValue): boolean {
  return value === undefined || isNil(value);
}

/** @throws Error */
export function less(a: GoValue, b: GoValue): boolean {
  const [left, right] = [unbox(a), unbox(b)];
  const [kindA, kindB] = [orderedKind(left), orderedKind(right)];
  if (kindA !== kindB) throw new Error('incompatible types for comparison');
  if (kindA === 'bool') throw new Error('invalid type for comparison');
  const [valueA, valueB] = [basicValue(left), basicValue(right)];
  return valueA !== undefined && valueB !== undefined && valueA < valueB;
}

export function lessOrEqual(a: GoValue, b: GoValue): boolean {
  return less(a, b) || equal(a, b);
}

function orderedKind(value: GoValue): Kind {
  const kind = basicKind(value);
  if (kind === undefined) throw new Error('invalid type for comparison');
  return kind;
}

function basicKind(value: GoValue): Kind | undefined {
  const kind = kindOf(value);
  return basicKinds.has(kind) ? kind : undefined;
}

function basicValue(value: GoValue): string | number | boolean | undefined {
  if (value instanceof Float) return value.value;
  return kindOf(value) === 'string' ? textOf(value) : (value as number | boolean);
}
