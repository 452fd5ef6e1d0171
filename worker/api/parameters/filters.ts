import { ApiError, type Filters } from '../../protocol/engine-api.ts';
import type { Form } from './form.ts';

/**
 * `filters`, in the form of today, `{"name": {"value": true}}`, and in that of before, `{"name": ["value"]}`. A filter
 * that is given with no values is kept, without any: an operation refuses names that it does not know.
 */
export function filters(form: Form): Filters {
  const text = form.get('filters');
  if (text === '') return {};
  const parsed = parse(text);
  if (parsed === null) return {};
  if (!isObject(parsed)) throw invalidFilter();
  const entries = Object.entries(parsed);
  if (entries.every(([, values]) => isFlags(values)))
    return Object.fromEntries(entries.map(([name, values]) => [name, Object.keys(values ?? {})]));
  if (entries.every(([, values]) => isStrings(values)))
    return Object.fromEntries(
      entries.map(([name, values]) => [name, [...new Set((values ?? []) as string[])]]),
    );
  throw invalidFilter();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidFilter();
  }
}

function invalidFilter(): ApiError {
  return new ApiError(400, 'invalid filter');
}

function isObject(value: unknown): value is Record<string, object | null> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFlags(value: unknown): boolean {
  if (value === null) return true;
  return isObject(value) && Object.values(value).every((flag) => typeof flag === 'boolean' || flag === null);
}

function isStrings(value: unknown): boolean {
  if (value === null) return true;
  return Array.isArray(value) && value.every((item) => typeof item === 'string' || item === null);
}
