import { invalidHeader } from './errors.ts';

/** The unit of a tar archive. */
export const blockSize = 512;

/** The fields of one header block, before extended headers have their say. Views are valid as long as the block. */
export interface TarHeader {
  readonly typeflag: string;
  readonly path: Uint8Array;
  readonly link: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly userName: Uint8Array;
  readonly groupName: Uint8Array;
  readonly major: number;
  readonly minor: number;
  readonly isGnu: boolean;
}

/**
 * Parses a header block: ustar and pax (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html section
 * "ustar Interchange Format"), GNU (https://www.gnu.org/software/tar/manual/html_node/Standard.html) and the v7 format
 * before them. Undefined for the block of zeros that ends an archive; a wrong checksum fails as `invalid`.
 */
export function parseHeader(block: Uint8Array): TarHeader | undefined {
  if (!hasChecksum(block)) return undefined;
  const isGnu = hasMagic(block, 'ustar  \0');
  const isUstar = !isGnu && hasMagic(block, 'ustar\0');
  return {
    typeflag: String.fromCharCode(block[156] ?? 0),
    path: path(block, isUstar),
    link: text(block, 157, 100),
    mode: number(block, 100, 8),
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    mtime: number(block, 136, 12),
    userName: isGnu || isUstar ? text(block, 265, 32) : none,
    groupName: isGnu || isUstar ? text(block, 297, 32) : none,
    major: isGnu || isUstar ? number(block, 329, 8) : 0,
    minor: isGnu || isUstar ? number(block, 337, 8) : 0,
    isGnu,
  };
}

/** A field of text: up to its first NUL or its full width. */
const none = new Uint8Array();

export function text(block: Uint8Array, at: number, width: number): Uint8Array {
  const nul = block.indexOf(0, at);
  return block.subarray(at, nul < 0 || nul > at + width ? at + width : nul);
}

/** A field of number: octal digits between blanks, or GNU's base 256 when the first bit is set. */
export function number(block: Uint8Array, at: number, width: number): number {
  return (block[at] ?? 0) & 0x80 ? base256(block, at, width) : octal(block, at, width);
}

function path(block: Uint8Array, isUstar: boolean): Uint8Array {
  const name = text(block, 0, 100);
  const prefix = isUstar ? text(block, 345, 155) : name.subarray(0, 0);
  if (prefix.length === 0) return name;
  const whole = new Uint8Array(prefix.length + 1 + name.length);
  whole.set(prefix);
  whole[prefix.length] = 0x2f;
  whole.set(name, prefix.length + 1);
  return whole;
}

function octal(block: Uint8Array, at: number, width: number): number {
  let value = 0;
  let i = at;
  const end = at + width;
  while (i < end && block[i] === 0x20) i++;
  for (; i < end; i++) {
    const byte = block[i] ?? 0;
    if (byte === 0 || byte === 0x20) break;
    if (byte < 0x30 || byte > 0x37) throw invalidHeader('not an octal number');
    value = value * 8 + (byte - 0x30);
  }
  return value;
}

function base256(block: Uint8Array, at: number, width: number): number {
  const first = block[at] ?? 0;
  const negative = (first & 0x40) !== 0;
  let value = negative ? first - 0x100 : first & 0x3f;
  for (let i = 1; i < width; i++) value = value * 256 + (block[at + i] ?? 0);
  if (!Number.isSafeInteger(value)) throw invalidHeader('number too large');
  return value;
}

/** "The checksum is the simple sum of all bytes, with its own field taken as blanks"; some old tars summed signed bytes. */
function hasChecksum(block: Uint8Array): boolean {
  let unsigned = 8 * 0x20;
  let high = 0;
  for (let i = 0; i < blockSize; i++) {
    if (i >= 148 && i < 156) continue;
    const byte = block[i] ?? 0;
    unsigned += byte;
    high += byte >> 7;
  }
  if (unsigned === 8 * 0x20 && block[148] === 0) return false;
  const sum = octal(block, 148, 8);
  if (sum !== unsigned && sum !== unsigned - 256 * high) throw invalidHeader('wrong checksum');
  return true;
}

function hasMagic(block: Uint8Array, magic: string): boolean {
  for (let i = 0; i < magic.length; i++) if (block[257 + i] !== magic.charCodeAt(i)) return false;
  return true;
}
