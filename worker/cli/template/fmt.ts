import { byteSlice } from './builtins.ts';
import { codeName, quote, quoteCharacter } from '../../go/quote.ts';
import { show } from './show.ts';
import {
  elements,
  Float,
  floatText,
  integerText,
  kindOf,
  mapElement,
  mapKeys,
  textOf,
  typeName,
  unbox,
} from './values.ts';
import type { GoValue } from './values.ts';

/** How one verb of a format wants its argument. */
interface Spec {
  readonly verb: string;
  readonly minus: boolean;
  readonly plus: boolean;
  /** Of fields, too. */
  readonly names: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

const verbForm = /%([-+# 0]*)((?:\[\d+\])?\*|\d+)?(?:(\.)((?:\[\d+\])?\*|\d+)?)?(?:\[(\d*)\])?([^]?)/gu;

/** Go's fmt.Sprintf for the values that templates have. */
export function sprintf(format: string, ...args: GoValue[]): string {
  return new Formatter(format, args).run();
}

class Formatter {
  readonly #format: string;
  readonly #args: readonly GoValue[];
  #used = 0;
  #reordered = false;

  constructor(format: string, args: readonly GoValue[]) {
    this.#format = format;
    this.#args = args;
  }

  run(): string {
    const text = this.#format.replace(verbForm, (...match: (string | undefined)[]) => this.#verb(match));
    if (this.#reordered || this.#used >= this.#args.length) return text;
    const extra = this.#args.slice(this.#used).map((value) => {
      const held = unbox(value);
      return held === undefined ? '<nil>' : `${typeName(held)}=${show(held)}`;
    });
    return `${text}%!(EXTRA ${extra.join(', ')})`;
  }

  #verb([, flags = '', width, dot, precision, index, verb = '']: readonly (string | undefined)[]): string {
    const wide = this.#number(width);
    const exact = dot === undefined ? undefined : (this.#number(precision) ?? 0);
    if (index !== undefined) this.#goTo(index);
    if (verb === '') return '%!(NOVERB)';
    if (verb === '%') return '%';
    if (this.#used < 0 || (index !== undefined && this.#used >= this.#args.length))
      return `%!${verb}(BADINDEX)`;
    if (this.#used >= this.#args.length) return `%!${verb}(MISSING)`;
    const spec = specOf(verb, flags, wide, exact);
    return formatValue(spec, this.#args[this.#used++]);
  }

  /** A number of the format, or the next argument for `*`. */
  #number(text: string | undefined): number | undefined {
    if (text === undefined || !text.endsWith('*')) return text === undefined ? undefined : Number(text);
    const index = /\[(\d+)\]/.exec(text)?.[1];
    if (index !== undefined) this.#goTo(index);
    const value = unbox(this.#args[this.#used++]);
    return typeof value === 'number' ? value : undefined;
  }

  #goTo(index: string): void {
    this.#used = Number(index) - 1;
    this.#reordered = true;
  }
}

function specOf(verb: string, flags: string, width = 0, precision?: number): Spec {
  const minus = flags.includes('-') || width < 0;
  return {
    verb,
    minus,
    plus: flags.includes('+') && verb !== 'v',
    names: flags.includes('+') && verb === 'v',
    sharp: flags.includes('#'),
    space: flags.includes(' '),
    zero: flags.includes('0') && !minus,
    width: Math.abs(width),
    precision,
  };
}

function formatValue(spec: Spec, value: GoValue): string {
  const held = unbox(value);
  if (spec.verb === 'T') return pad(spec, held === undefined ? '<nil>' : typeName(held));
  if (held === undefined) return spec.verb === 'v' ? pad(spec, '<nil>') : `%!${spec.verb}(<nil>)`;
  if (spec.verb === 'v' && spec.sharp) return sharp(held);
  switch (kindOf(held)) {
    case 'bool':
      return spec.verb === 't' || spec.verb === 'v' ? pad(spec, show(held)) : bad(spec, held);
    case 'int':
      return formatInteger(spec, held as number) ?? bad(spec, held);
    case 'float':
      return formatFloat(spec, (held as Float).value) ?? bad(spec, held);
    case 'string':
      return formatText(spec, textOf(held)) ?? bad(spec, held);
    case 'slice':
      return `[${elements(held)
        .map((item) => formatElement(spec, item))
        .join(' ')}]`;
    case 'map':
      return `map[${mapKeys(held)
        .map((key) => formatEntry(spec, held, key))
        .join(' ')}]`;
    default:
      return pad(spec, show(held, spec.names));
  }
}

function formatElement(spec: Spec, value: GoValue): string {
  return unbox(value) === undefined && spec.verb !== 'v' ? `%!${spec.verb}(<nil>)` : formatValue(spec, value);
}

function formatEntry(spec: Spec, map: GoValue, key: string): string {
  return `${formatValue(spec, key)}:${formatElement(spec, mapElement(map, key))}`;
}

/** A verb that the value does not have. */
function bad({ verb }: Spec, value: GoValue): string {
  return `%!${verb}(${typeName(value)}=${show(value)})`;
}

/** Zeros go between a sign and the digits. */
function pad(spec: Spec, text: string, numeric = false): string {
  const missing = (spec.width ?? 0) - Array.from(text).length;
  if (missing <= 0) return text;
  if (spec.minus) return text + ' '.repeat(missing);
  if (!spec.zero) return ' '.repeat(missing) + text;
  const sign = numeric ? (/^[+\- ]/.exec(text)?.[0] ?? '') : '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}

function formatText(spec: Spec, value: string): string | undefined {
  const text = spec.precision === undefined ? value : Array.from(value).slice(0, spec.precision).join('');
  switch (spec.verb) {
    case 's':
    case 'v':
      return pad(spec, text);
    case 'q':
      return pad(
        spec,
        spec.sharp && !/[`\x00-\x08\x0a-\x1f\x7f]/.test(text) ? `\`${text}\`` : quote(text, spec.plus),
      );
    case 'x':
    case 'X':
      return pad(
        spec,
        hexText(spec, spec.precision === undefined ? value : byteSlice(value, 0, spec.precision)),
      );
    default:
      return undefined;
  }
}

function hexText({ verb, sharp: prefixed, space }: Spec, text: string): string {
  const bytes = [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0'));
  const prefix = prefixed ? '0x' : '';
  const hex = space
    ? bytes.map((byte) => prefix + byte).join(' ')
    : (bytes.length > 0 ? prefix : '') + bytes.join('');
  return verb === 'x' ? hex : hex.toUpperCase();
}

const bases: Readonly<Record<string, [base: number, prefix: string]>> = {
  d: [10, ''],
  v: [10, ''],
  b: [2, '0b'],
  o: [8, '0'],
  O: [8, ''],
  x: [16, '0x'],
  X: [16, '0X'],
};

function formatInteger(spec: Spec, value: number): string | undefined {
  if (spec.verb === 'c') return pad(spec, character(value));
  if (spec.verb === 'q') return pad(spec, quoteCharacter(value, spec.plus));
  if (spec.verb === 'U') return pad(spec, codeName(value) + (spec.sharp ? ` '${character(value)}'` : ''));
  const [base, prefix] = bases[spec.verb] ?? [];
  if (base === undefined) return undefined;
  const plain = Math.abs(value).toString(base);
  const digits = (spec.verb === 'X' ? plain.toUpperCase() : plain).padStart(minimumDigits(spec, value), '0');
  if (spec.precision === 0 && value === 0) return ' '.repeat(spec.width ?? 0);
  const before = (spec.sharp ? (prefix ?? '') : '') + (spec.verb === 'O' ? '0o' : '');
  return pad({ ...spec, zero: false }, sign(spec, value) + before + digits);
}

/** Zeros that fill the width are digits. */
function minimumDigits(spec: Spec, value: number): number {
  if (spec.precision !== undefined) return spec.precision;
  if (!spec.zero) return 0;
  return (spec.width ?? 0) - sign(spec, value).length;
}

function sign({ plus, space }: Spec, value: number): string {
  return value < 0 ? '-' : plus ? '+' : space ? ' ' : '';
}

function character(code: number): string {
  return code < 0 || code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
}

function formatFloat(spec: Spec, value: number): string | undefined {
  const text = floatDigits(spec, Math.abs(value));
  return text === undefined ? undefined : pad(spec, sign(spec, value) + text, true);
}

function floatDigits({ verb, precision }: Spec, value: number): string | undefined {
  switch (verb) {
    case 'f':
    case 'F':
      return value.toFixed(precision ?? 6);
    case 'e':
      return exponential(value.toExponential(precision ?? 6));
    case 'E':
      return exponential(value.toExponential(precision ?? 6)).toUpperCase();
    case 'v':
    case 'g':
      return precision === undefined ? floatText(value) : general(value, precision || 1);
    case 'G':
      return (precision === undefined ? floatText(value) : general(value, precision || 1)).toUpperCase();
    default:
      return undefined;
  }
}

function exponential(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** `%.Ng`: so many digits, without zeros at the end. */
function general(value: number, digits: number): string {
  const [mantissa = '', power = '0'] = value.toExponential(digits - 1).split('e');
  if (Number(power) >= -4 && Number(power) < digits) return String(Number(value.toPrecision(digits)));
  return exponential(`${Number(mantissa)}e${power}`);
}

/** `%#v`: as it would be written in Go. */
function sharp(value: GoValue): string {
  const held = unbox(value);
  switch (kindOf(held)) {
    case 'none':
      return 'interface {}(nil)';
    case 'string':
      return quote(textOf(held));
    case 'slice':
      return `${typeName(held)}{${elements(held).map(sharp).join(', ')}}`;
    case 'map':
      return `${typeName(held)}{${mapKeys(held)
        .map((key) => `${quote(key)}:${sharp(mapElement(held, key))}`)
        .join(', ')}}`;
    case 'int':
      return integerText(held as number);
    default:
      return show(held);
  }
}
