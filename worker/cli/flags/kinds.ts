import type { Flag, FlagOptions } from './flag.ts';
import { readBool, readInteger } from './numbers.ts';
import type { IntegerRange } from './numbers.ts';

type Validate = (text: string) => string;

export function bool(usage: string, options: FlagOptions & { initial?: boolean } = {}): Flag<boolean> {
  const initial = options.initial ?? false;
  return {
    type: 'bool',
    usage,
    bare: 'true',
    ...(initial ? { defaultText: 'true' } : {}),
    ...options,
    initial,
    read: readBool,
  };
}

export function string(usage: string, options: FlagOptions & { initial?: string } = {}): Flag<string> {
  const initial = options.initial ?? '';
  const shown = initial === '' ? {} : { defaultText: JSON.stringify(initial) };
  return { type: 'string', usage, ...shown, ...options, initial, read: (text) => text };
}

export function integer(
  usage: string,
  options: FlagOptions & IntegerRange & { initial?: number; type?: string } = {},
): Flag<number> {
  const { min, max, ...rest } = options;
  const range = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  const initial = options.initial ?? 0;
  const shown = initial === 0 ? {} : { defaultText: String(initial) };
  return { type: 'int', usage, ...shown, ...rest, initial, read: (text) => readInteger(text, range) };
}

/** Gathers its mentions. */
export function list(
  usage: string,
  options: FlagOptions & { validate?: Validate; type?: string } = {},
): Flag<readonly string[]> {
  const { validate, ...rest } = options;
  const check = validate ?? ((text) => text);
  return { type: 'list', usage, ...rest, initial: [], read: (text, previous) => [...previous, check(text)] };
}

/** Gathers `key=value`; a later mention of a key wins. */
export function map(
  usage: string,
  options: FlagOptions & { validate?: Validate } = {},
): Flag<Readonly<Record<string, string>>> {
  const { validate, ...rest } = options;
  return {
    type: 'map',
    usage,
    defaultText: 'map[]',
    ...rest,
    initial: {},
    read: (text, previous) => ({ ...previous, ...pair(validate ? validate(text) : text) }),
  };
}

/** A value of a kind of its own. */
export function value<T>(
  type: string,
  initial: T,
  read: (text: string, previous: T) => T,
  usage: string,
  options: FlagOptions = {},
): Flag<T> {
  return { type, usage, ...options, initial, read };
}

export function pair(text: string): Record<string, string> {
  const [key, rest] = cut(text, '=');
  return { [key]: rest ?? '' };
}

/** What is before and after the first separator; nothing after when there is none. */
export function cut(text: string, separator: string): [before: string, after: string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
