import { characters } from '../format/characters.ts';
import { significant } from '../format/numbers.ts';
import { isObject, show, showNumber, typeName } from './values.ts';
import type { GoValue } from './values.ts';

const verb = /%([-+# 0]*)(\d+|\*)?(?:\.(\d+|\*)?)?(?:\[(\d+)\])?([a-zA-Z%])?/g;

/** Go's fmt.Sprintf for the values that templates have. */
export function sprintf(format: string, ...args: GoValue[]): string {
  let used = 0;
  let indexed = false;
  const next = () => args[used++];
  const text = format.replace(
    verb,
    (all, flags: string, width?: string, precision?: string, index?: string, letter?: string) => {
      if (letter === undefined) return '%!(NOVERB)';
      if (letter === '%') return '%';
      const wide = Number(width === '*' ? next() : (width ?? 0));
      const exact =
        precision === '*' ? Number(next()) : all.includes('.') ? Number(precision ?? 0) : undefined;
      if (index !== undefined) {
        used = Number(index) - 1;
        indexed = true;
      }
      if (used >= args.length) return `%!${letter}(MISSING)`;
      return pad(format1(letter, next(), flags, exact), flags, wide, letter);
    },
  );
  const extra = (indexed ? [] : args.slice(used)).map((value) => `${typeName(value)}=${show(value)}`);
  return extra.length > 0 ? `${text}%!(EXTRA ${extra.join(', ')})` : text;
}

function pad(text: string, flags: string, width: number, letter: string): string {
  const missing = Math.abs(width) - characters(text).length;
  if (missing <= 0) return text;
  if (flags.includes('-') || width < 0) return text + ' '.repeat(missing);
  if (!flags.includes('0') || letter === 's' || letter === 'v' || letter === 'q')
    return ' '.repeat(missing) + text;
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}

function format1(letter: string, value: GoValue, flags: string, precision: number | undefined): string {
  if (letter === 'v') return flags.includes('#') ? sharp(value) : clip(show(value), value, precision);
  if (letter === 'T') return typeName(value);
  if (Array.isArray(value))
    return `[${value.map((item) => format1(letter, item, flags, precision)).join(' ')}]`;
  const text =
    typeof value === 'string'
      ? ofString(letter, value, precision)
      : typeof value === 'number'
        ? ofNumber(letter, value, flags, precision)
        : ofOther(letter, value);
  return (
    text ??
    `%!${letter}(${value === null || value === undefined ? '<nil>' : `${typeName(value)}=${show(value)}`})`
  );
}

function clip(text: string, value: GoValue, precision: number | undefined): string {
  return typeof value === 'string' && precision !== undefined
    ? characters(text).slice(0, precision).join('')
    : text;
}

function ofString(letter: string, value: string, precision: number | undefined): string | undefined {
  const text = clip(value, value, precision);
  if (letter === 's') return text;
  if (letter === 'q') return quote(text);
  if (letter !== 'x' && letter !== 'X') return undefined;
  const hex = [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return letter === 'x' ? hex : hex.toUpperCase();
}

function ofNumber(
  letter: string,
  value: number,
  flags: string,
  precision: number | undefined,
): string | undefined {
  const text = Number.isInteger(value) ? ofInteger(letter, value, flags) : undefined;
  const number = text ?? ofFloat(letter, value, precision);
  if (number === undefined || number.startsWith('-')) return number;
  return (flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + number;
}

function ofInteger(letter: string, value: number, flags: string): string | undefined {
  switch (letter) {
    case 'd':
      return showNumber(value);
    case 'x':
      return (flags.includes('#') ? '0x' : '') + value.toString(16);
    case 'X':
      return value.toString(16).toUpperCase();
    case 'o':
      return value.toString(8);
    case 'b':
      return value.toString(2);
    case 'c':
      return String.fromCodePoint(Math.max(value, 0));
    case 'q':
      return `'${String.fromCodePoint(Math.max(value, 0))}'`;
    case 'U':
      return `U+${value.toString(16).toUpperCase().padStart(4, '0')}`;
    default:
      return undefined;
  }
}

function ofFloat(letter: string, value: number, precision: number | undefined): string | undefined {
  if (letter === 'f' || letter === 'F') return value.toFixed(precision ?? 6);
  if (letter === 'e' || letter === 'E') {
    const text = value.toExponential(precision ?? 6).replace(/e([+-])(\d)$/, 'e$10$2');
    return letter === 'e' ? text : text.toUpperCase();
  }
  if (letter === 'g' || letter === 'G')
    return precision === undefined ? String(value) : significant(value, precision || 1);
  return undefined;
}

function ofOther(letter: string, value: GoValue): string | undefined {
  if (typeof value === 'boolean') return letter === 't' ? String(value) : undefined;
  if (isObject(value) && (letter === 's' || letter === 'd')) return show(value);
  return undefined;
}

/** `%#v`, for what is basic. */
function sharp(value: GoValue): string {
  return typeof value === 'string' ? quote(value) : show(value);
}

export function quote(text: string): string {
  return JSON.stringify(text).replace(/\\u00([0-9a-f]{2})/g, '\\x$1');
}
