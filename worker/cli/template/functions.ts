import { equal, less } from './compare.ts';
import { toJson } from './json.ts';
import { sprintf } from './printf.ts';
import { isObject, isTrue, show, typeName } from './values.ts';
import type { GoValue } from './values.ts';

type ParameterType = 'string' | 'int' | '[]string';

export interface TemplateFunction {
  readonly min: number;
  readonly max: number;
  /** What the arguments must be, where it matters. */
  readonly params: readonly ParameterType[];
  call(...args: GoValue[]): GoValue;
}

export type FunctionTable = Readonly<Record<string, TemplateFunction>>;

function fn(min: number, max: number, call: (...args: GoValue[]) => GoValue): TemplateFunction {
  return { min, max, params: [], call };
}

/** A function of exactly these parameters. */
function typed(params: readonly ParameterType[], call: (...args: never[]) => GoValue): TemplateFunction {
  return { min: params.length, max: params.length, params, call };
}

const wordStart = /(?<![\p{L}\p{N}_'])\p{L}/gu;

const htmlEscapes: Record<string, string> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&#39;',
  '"': '&#34;',
};

const jsEscapes: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
  '\n': '\\u000A',
  '\r': '\\u000D',
  '\t': '\\u0009',
};

/** Of a template's functions: what every one of text/template and of Docker's client does. */
export const functions: FunctionTable = {
  and: fn(1, Infinity, (...args) => args.at(-1)),
  or: fn(1, Infinity, (...args) => args.at(-1)),
  not: fn(1, 1, (value) => !isTrue(value)),
  eq: fn(1, Infinity, equal),
  ne: fn(2, 2, (a, b) => !equal(a, b)),
  lt: fn(2, 2, less),
  le: fn(2, 2, (a, b) => less(a, b) || equal(a, b)),
  gt: fn(2, 2, (a, b) => !less(a, b) && !equal(a, b)),
  ge: fn(2, 2, (a, b) => !less(a, b)),
  index: fn(1, Infinity, (value, ...keys) => keys.reduce(item, value)),
  slice: fn(1, 4, slice),
  len: fn(1, 1, length),
  print: fn(0, Infinity, sprint),
  printf: fn(1, Infinity, (format, ...args) => sprintf(show(format), ...args)),
  println: fn(0, Infinity, (...args) => `${args.map(show).join(' ')}\n`),
  html: fn(0, Infinity, (...args) => sprint(...args).replace(/[<>&"']/g, (c) => htmlEscapes[c] ?? c)),
  urlquery: fn(0, Infinity, (...args) => encodeURIComponent(sprint(...args)).replaceAll('%20', '+')),
  js: fn(0, Infinity, (...args) => sprint(...args).replace(/[\\'"<>&=\n\r\t]/g, (c) => jsEscapes[c] ?? c)),
  json: fn(1, 1, toJson),
  split: typed(['string', 'string'], (text: string, by: string) => text.split(by)),
  join: typed(['[]string', 'string'], (items: GoValue[] | null, by: string) =>
    (items ?? []).map(show).join(by),
  ),
  title: typed(['string'], (text: string) => text.replace(wordStart, (letter) => letter.toUpperCase())),
  lower: typed(['string'], (text: string) => text.toLowerCase()),
  upper: typed(['string'], (text: string) => text.toUpperCase()),
  pad: typed(['string', 'int', 'int'], (text: string, before: number, after: number) =>
    text === '' ? '' : ' '.repeat(before) + text + ' '.repeat(after),
  ),
  truncate: typed(['string', 'int'], (text: string, size: number) => text.slice(0, size)),
};

/** Headers of tables pass through the functions of their template unchanged. */
export const headerFunctions: FunctionTable = {
  ...functions,
  ...Object.fromEntries(
    ['json', 'title', 'lower', 'upper', 'truncate', 'pad', 'split', 'join', 'println'].map((name) => [
      name,
      fn(1, Infinity, (value) => value),
    ]),
  ),
};

function item(value: GoValue, key: GoValue): GoValue {
  if (value === null || value === undefined) throw new Error('index of untyped nil');
  if (isObject(value)) return Object.hasOwn(value, String(key)) ? value[String(key)] : '';
  if (!Array.isArray(value) && typeof value !== 'string')
    throw new Error(`can't index item of type ${typeName(value)}`);
  if (typeof key !== 'number') throw new Error(`cannot index slice/array with type ${typeName(key)}`);
  if (key < 0 || key >= value.length) throw new Error(`index out of range: ${key}`);
  return typeof value === 'string' ? value.charCodeAt(key) : value[key];
}

function slice(value: GoValue, from: GoValue = 0, to?: GoValue): GoValue {
  if (!Array.isArray(value) && typeof value !== 'string')
    throw new Error(`can't slice item of type ${typeName(value)}`);
  const end = to === undefined ? value.length : Number(to);
  const start = Number(from);
  if (start < 0 || end > value.length || start > end)
    throw new Error(`index out of range: ${Math.max(start, end)}`);
  return value.slice(start, end);
}

function length(value: GoValue): number {
  if (typeof value === 'string') return new TextEncoder().encode(value).length;
  if (Array.isArray(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  throw new Error(
    value === null || value === undefined ? 'len of nil pointer' : `len of type ${typeName(value)}`,
  );
}

/** Values are set apart by a space where neither is text. */
function sprint(...args: GoValue[]): string {
  return args.reduce<string>((text, value, index) => {
    const apart = index > 0 && typeof value !== 'string' && typeof args[index - 1] !== 'string';
    return text + (apart ? ' ' : '') + show(value);
  }, '');
}
