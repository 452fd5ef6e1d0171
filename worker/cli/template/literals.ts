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
  '"': '"',
  "'": "'",
};
const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gs;

/** `"…"` or `` `…` ``, quotes and all. */
export function readString(literal: string): string {
  const inner = literal.slice(1, -1);
  return literal.startsWith('`') ? inner : unescape(inner);
}

/** `'…'`: a number, as in Go. */
export function readChar(literal: string): number {
  return unescape(literal.slice(1, -1)).codePointAt(0) ?? 0;
}

export function readNumber(text: string): number | undefined {
  const [, sign = '', digits = ''] = /^([+-]?)(.*)$/.exec(text.replaceAll('_', '')) ?? [];
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  const value = Number(octal);
  if (digits === '' || Number.isNaN(value)) return undefined;
  return sign === '-' ? -value : value;
}

function unescape(text: string): string {
  return text.replace(escape, (_, x?: string, u?: string, U?: string, octal?: string, plain?: string) => {
    const hex = x ?? u ?? U;
    if (hex !== undefined) return codePoint(Number.parseInt(hex, 16));
    if (octal !== undefined) return codePoint(Number.parseInt(octal, 8));
    return escapes[plain ?? ''] ?? plain ?? '';
  });
}

function codePoint(code: number): string {
  return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
}
