import { isObject } from './values.ts';
import type { GoValue } from './values.ts';

/** Go's comparison functions for templates: basic values of the same kind only. */

export function equal(first: GoValue, ...others: GoValue[]): boolean {
  if (others.length === 0) throw new Error('missing argument for comparison');
  return others.some((other) => same(first, other));
}

export function less(a: GoValue, b: GoValue): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  if (typeof a === 'string' && typeof b === 'string') return a < b;
  throw new Error(basic(a) && basic(b) ? 'incompatible types for comparison' : 'invalid type for comparison');
}

function same(a: GoValue, b: GoValue): boolean {
  const nils = [a, b].filter((value) => value === null || value === undefined).length;
  if (nils > 0) return nils === 2;
  if (isObject(a) || Array.isArray(a) || isObject(b) || Array.isArray(b)) {
    throw new Error('non-comparable type');
  }
  if (typeof a !== typeof b) throw new Error('incompatible types for comparison');
  return a === b;
}

function basic(value: GoValue): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
