import { byteLength, byteSlice, index, length, slice, sprint } from './builtins.ts';
import { equal, less, lessOrEqual } from './compare.ts';
import { sprintf } from './fmt.ts';
import { toJson } from './json.ts';
import { show } from './show.ts';
import { slice as sliceOf, string as stringType } from './types.ts';
import { elements, indirect, isTrue, Typed } from './values.ts';
import type { GoValue } from './values.ts';

/** What a parameter takes: `value` anything at all, `any` anything that Go can hold. */
export type ParameterType = 'string' | 'int' | '[]string' | 'value' | 'any';

export interface TemplateFunction {
  readonly params: readonly ParameterType[];
  /** The last parameter takes any number of arguments, also none. */
  readonly variadic?: boolean;
  call(...args: GoValue[]): GoValue;
}

export type FunctionTable = Readonly<Record<string, TemplateFunction>>;

type Call = (...args: never[]) => GoValue;

function fn(params: readonly ParameterType[], call: Call): TemplateFunction {
  return { params, call };
}

function variadic(params: readonly ParameterType[], call: Call): TemplateFunction {
  return { params, variadic: true, call };
}

const htmlEscapes: Record<string, string> = {
  '\0': '\ufffd',
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&#39;',
  '"': '&#34;',
};

const plainEscapes = new Set(['\\', "'", '"']);

/** Of a template's functions: what every one of text/template and of Docker's client does. */
export const functions: FunctionTable = {
  and: variadic(['value', 'value'], (...args: GoValue[]) => args.at(-1)),
  or: variadic(['value', 'value'], (...args: GoValue[]) => args.at(-1)),
  not: fn(['value'], (value: GoValue) => !isTrue(value)),
  eq: variadic(['value', 'value'], equal),
  ne: fn(['value', 'value'], (a: GoValue, b: GoValue) => !equal(a, b)),
  lt: fn(['value', 'value'], less),
  le: fn(['value', 'value'], lessOrEqual),
  gt: fn(['value', 'value'], (a: GoValue, b: GoValue) => !lessOrEqual(a, b)),
  ge: fn(['value', 'value'], (a: GoValue, b: GoValue) => !less(a, b)),
  index: variadic(['value', 'value'], index),
  slice: variadic(['value', 'value'], slice),
  len: fn(['value'], length),
  // No value is a function: the evaluator refuses it.
  call: variadic(['value', 'value'], () => undefined),
  print: variadic(['any'], sprint),
  printf: variadic(['string', 'any'], sprintf),
  println: variadic(['any'], (...args: GoValue[]) => `${args.map((value) => show(value)).join(' ')}\n`),
  html: variadic(['any'], (...args: GoValue[]) =>
    joined(args).replace(/[\0<>&"']/g, (c) => htmlEscapes[c] ?? c),
  ),
  urlquery: variadic(['any'], (...args: GoValue[]) => queryText(joined(args))),
  js: variadic(['any'], (...args: GoValue[]) => scriptText(joined(args))),
  json: fn(['any'], toJson),
  split: fn(['string', 'string'], split),
  join: fn(['[]string', 'string'], (items: GoValue, by: string) =>
    elements(items)
      .map((item) => show(item))
      .join(by),
  ),
  title: fn(['string'], title),
  lower: fn(['string'], (text: string) => text.toLowerCase()),
  upper: fn(['string'], (text: string) => text.toUpperCase()),
  pad: fn(['string', 'int', 'int'], pad),
  truncate: fn(['string', 'int'], truncate),
};

const same = (value: string) => value;

/** Headers of tables pass through the functions of their template unchanged. */
export const headerFunctions: FunctionTable = {
  ...functions,
  json: fn(['string'], same),
  split: fn(['string', 'string'], same),
  join: fn(['string', 'string'], same),
  title: fn(['string'], same),
  lower: fn(['string'], same),
  upper: fn(['string'], same),
  truncate: fn(['string', 'int'], same),
};

function joined(args: readonly GoValue[]): string {
  return sprint(...args.map((value) => indirect(value) ?? '<no value>'));
}

/** As url.QueryEscape. */
function queryText(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, percent)
    .replaceAll('%20', '+');
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function scriptText(text: string): string {
  return text.replace(/[\\'"<>&=\u0000-\u001f]/g, (character) => {
    if (plainEscapes.has(character)) return `\\${character}`;
    return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

function split(text: string, by: string): GoValue {
  return new Typed(sliceOf(stringType), by === '' ? Array.from(text) : text.split(by));
}

/** A letter after what is neither letter, digit nor underscore. Go looks at letters one by one. */
function title(text: string): string {
  return text.replace(/(^|[^\p{L}\p{N}_])(\p{L})/gu, (_, before: string, letter: string) => {
    const upper = letter.toUpperCase();
    return before + (Array.from(upper).length === 1 ? upper : letter);
  });
}

function pad(text: string, before: number, after: number): string {
  if (text === '') return '';
  if (before < 0 || after < 0) throw new Error('strings: negative Repeat count');
  return ' '.repeat(before) + text + ' '.repeat(after);
}

function truncate(text: string, size: number): string {
  if (size < 0) throw new Error(`runtime error: slice bounds out of range [:${size}]`);
  return byteLength(text) < size ? text : byteSlice(text, 0, size);
}
