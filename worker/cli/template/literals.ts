/** Literals as Go writes them. */

const escapes: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};
const hexLengths: Record<string, number> = { x: 2, u: 4, U: 8 };
const decoder = new TextDecoder();

/** `"…"` or `` `…` ``, quotes and all; undefined when an escape is none. */
export function readString(literal: string): string | undefined {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) return inner.replaceAll('\r', '');
  return unescape(inner, '"');
}

/** `'…'`: a number, as in Go. @throws Error in its words */
export function readChar(literal: string): number {
  const [character, ...more] = Array.from(unescape(literal.slice(1, -1), "'") ?? '');
  if (more.length > 0) throw new Error(`malformed character constant: ${literal}`);
  const code = character?.codePointAt(0);
  if (code === undefined) throw new Error('invalid syntax');
  return code;
}

/** Bytes written in hexadecimal or octal may be parts of one character. */
function unescape(text: string, mark: string): string | undefined {
  const bytes: number[] = [];
  for (let at = 0; at < text.length;) {
    if (text[at] !== '\\') {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      bytes.push(...new TextEncoder().encode(character));
      at += character.length;
      continue;
    }
    const one = readEscape(text.slice(at + 1), mark);
    if (!one) return undefined;
    bytes.push(...one.bytes);
    at += 1 + one.length;
  }
  return decoder.decode(Uint8Array.from(bytes));
}

interface Escape {
  readonly bytes: Iterable<number>;
  readonly length: number;
}

function readEscape(text: string, mark: string): Escape | undefined {
  const first = text[0] ?? '';
  const plain = first === mark ? mark : escapes[first];
  if (plain !== undefined) return { bytes: new TextEncoder().encode(plain), length: 1 };
  const octal = /^[0-7]{3}/.exec(text)?.[0];
  if (octal !== undefined) return { bytes: [Number.parseInt(octal, 8) & 255], length: 3 };
  const size = hexLengths[first];
  const digits = size === undefined ? undefined : text.slice(1, 1 + size);
  if (digits === undefined || digits.length !== size || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
  return { bytes: codeBytes(first, Number.parseInt(digits, 16)), length: 1 + size };
}

function codeBytes(form: string, code: number): Iterable<number> {
  if (form === 'x') return [code];
  return new TextEncoder().encode(code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code));
}

export interface NumberLiteral {
  readonly value: number;
  readonly integer: boolean;
  readonly float: boolean;
}

const largest = 2 ** 63;
const integerForm = /^[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[oO]?(?:_?[0-7])+|0[bB](?:_?[01])+|0|[1-9](?:_?\d)*)$/;
const floatForm = /^[+-]?(?:\d(?:_?\d)*)?\.?(?:\d(?:_?\d)*)?(?:[eE][+-]?\d+)?$/;

/** @throws Error in Go's words */
export function readNumber(text: string): NumberLiteral {
  if (integerForm.test(text)) return integerLiteral(text);
  const value = Number(text.replaceAll('_', ''));
  if (!floatForm.test(text) || !/\d/.test(text) || !Number.isFinite(value)) {
    throw new Error(`illegal number syntax: ${JSON.stringify(text)}`);
  }
  if (!/[.eE]/.test(text)) throw new Error(`integer overflow: ${JSON.stringify(text)}`);
  return { value, integer: Number.isInteger(value) && Math.abs(value) < largest, float: true };
}

function integerLiteral(text: string): NumberLiteral {
  const [, sign = '', digits = ''] = /^([+-]?)(.*)$/.exec(text.replaceAll('_', '')) ?? [];
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  const size = Number(octal);
  if (size >= 2 * largest) throw new Error(`integer overflow: ${JSON.stringify(text)}`);
  return { value: sign === '-' ? -size : size, integer: true, float: false };
}
