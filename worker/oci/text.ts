/**
 * File names are bytes to Linux and strings to us. Valid UTF-8 decodes as itself; a byte that is part of none becomes
 * the lone surrogate U+DC00 + byte (as in https://peps.python.org/pep-0383/), so that every name comes back exactly.
 * The platform's TextDecoder would put U+FFFD there, and two names would become one.
 */

/** Decodes `bytes[start, end)`. */
export function decodeText(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  const part = bytes.subarray(start, end);
  return isAscii(part) ? fromUnits(part) : decodeUtf8(part);
}

/** The bytes of a string; the exact inverse of `decodeText`. */
export function encodeText(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 3);
  return out.slice(0, encodeTextInto(text, out, 0));
}

/** Writes the bytes of a string, of which `out` must have room for three a UTF-16 unit; returns the end. */
export function encodeTextInto(text: string, out: Uint8Array, start: number): number {
  let at = start;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      out[at++] = unit;
    } else {
      const point = text.codePointAt(i) ?? unit;
      at = encodePoint(point, out, at);
      if (point > 0xffff) i++;
    }
  }
  return at;
}

function encodePoint(point: number, out: Uint8Array, at: number): number {
  if (point >= 0xdc80 && point <= 0xdcff) {
    out[at] = point & 0xff;
    return at + 1;
  }
  if (point >= 0xd800 && point <= 0xdfff) return encodePoint(0xfffd, out, at);
  const tail = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  const lead = [0, 0xc0, 0xe0, 0xf0][tail] ?? 0;
  out[at] = lead | (point >> (6 * tail));
  for (let i = 1; i <= tail; i++) out[at + i] = 0x80 | ((point >> (6 * (tail - i))) & 0x3f);
  return at + tail + 1;
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] ?? 0) > 0x7f) return false;
  return true;
}

const unitsPerCall = 8192;

function fromUnits(
  units: ArrayLike<number> & { slice(start: number, end: number): ArrayLike<number> },
): string {
  if (units.length <= unitsPerCall) return codeUnits(units);
  let text = '';
  for (let i = 0; i < units.length; i += unitsPerCall) text += codeUnits(units.slice(i, i + unitsPerCall));
  return text;
}

function codeUnits(units: ArrayLike<number>): string {
  return String(Reflect.apply(String.fromCharCode, undefined, units));
}

function decodeUtf8(bytes: Uint8Array): string {
  const units: number[] = [];
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes, i);
    const byte = bytes[i] ?? 0;
    if (length === 0) units.push(0xdc00 | byte);
    else pushPoint(units, pointAt(bytes, i, length));
    i += length || 1;
  }
  return fromUnits(units);
}

function pointAt(bytes: Uint8Array, at: number, length: number): number {
  const lead = bytes[at] ?? 0;
  let point = length === 1 ? lead : lead & (0x7f >> length);
  for (let i = 1; i < length; i++) point = (point << 6) | ((bytes[at + i] ?? 0) & 0x3f);
  return point;
}

function pushPoint(units: number[], point: number): void {
  if (point <= 0xffff) units.push(point);
  else units.push(0xd7c0 + (point >> 10), 0xdc00 | (point & 0x3ff));
}

/** Length of the well-formed sequence at `at`, 0 where there is none: https://www.unicode.org/versions/Unicode15.0.0/ch03.pdf table 3-7 */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    const low = i > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = i > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (byte < low || byte > high) return 0;
  }
  return length;
}
