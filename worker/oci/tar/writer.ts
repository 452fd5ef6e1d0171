import { encodeText } from '../text.ts';
import { blockSize } from './header.ts';
import type { TarEntryType } from './typeflag.ts';
import { typeflags } from './typeflag.ts';
import { concat } from '../bytes.ts';

/** An entry to be written. Names are bytes; a directory's ends with a slash. */
export interface NewTarEntry {
  readonly type: TarEntryType;
  readonly path: Uint8Array;
  readonly link?: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Of the time, where they are to be kept. */
  readonly nanoseconds?: number;
  readonly major?: number;
  readonly minor?: number;
  /** Of the data that follows the header, padded with `tarPadding`. */
  readonly size?: number;
  readonly attributes?: ReadonlyMap<string, Uint8Array>;
}

/** What ends an archive. */
export const tarEnd = new Uint8Array(2 * blockSize);

/** The zeros after so many bytes of data. */
export function tarPadding(size: number): Uint8Array {
  return tarEnd.subarray(0, (blockSize - (size % blockSize)) % blockSize);
}

/**
 * The header of an entry, in ustar where that has room for it and with a PAX header before it where it has not, as Go's
 * archive/tar writes it: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
export function tarHeader(entry: NewTarEntry): Uint8Array {
  const records = paxRecords(entry);
  if (!fitsText(entry.path)) {
    const split = records.size === 0 ? splitPath(entry.path) : undefined;
    if (split !== undefined) return ustar({ ...entry, path: split.name }, { prefix: split.prefix });
    records.set('path', entry.path);
  }
  if (records.size === 0) return ustar(entry);
  const data = paxData(records);
  const about = ustar({ ...paxEntry, path: paxName(entry.path), size: data.length }, { typeflag: 'x' });
  return concat([about, data, tarPadding(data.length), ustar(entry)]);
}

const paxEntry = { type: 'file', mode: 0, uid: 0, gid: 0, mtime: 0 } as const;

/** What ustar has no room for, but for the path. */
function paxRecords(entry: NewTarEntry): Map<string, Uint8Array> {
  const { link = none, uid, gid, mtime, nanoseconds = 0, size = 0, attributes } = entry;
  const values = new Map<string, Uint8Array>();
  if (!fitsText(link)) values.set('linkpath', link);
  if (!fitsNumber(uid, 8)) values.set('uid', encodeText(String(uid)));
  if (!fitsNumber(gid, 8)) values.set('gid', encodeText(String(gid)));
  if (!fitsNumber(size, 12)) values.set('size', encodeText(String(size)));
  if (nanoseconds > 0) values.set('mtime', encodeText(exactTime(mtime, nanoseconds)));
  else if (!fitsNumber(mtime, 12)) values.set('mtime', encodeText(String(mtime)));
  for (const [name, value] of attributes ?? []) values.set(`SCHILY.xattr.${name}`, value);
  return values;
}

/** Sorted by their keys, so that the same files make the same archive. */
function paxData(values: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return concat(sorted.map(([key, value]) => paxRecord(key, value)));
}

/** As a decimal number; what is before 1970 counts its nanoseconds forward, too. */
function exactTime(seconds: number, nanoseconds: number): string {
  if (seconds >= 0) return `${seconds}.${digits(nanoseconds)}`;
  return `-${-(seconds + 1)}.${digits(1e9 - nanoseconds)}`;
}

function digits(nanoseconds: number): string {
  return String(nanoseconds).padStart(9, '0').replace(/0+$/, '');
}

/** "%d %s=%s\n", where the number counts its own digits too. */
function paxRecord(key: string, value: Uint8Array): Uint8Array {
  const rest = key.length + value.length + 3;
  let length = rest;
  while (rest + String(length).length !== length) length = rest + String(length).length;
  return concat([encodeText(`${length} ${key}=`), value, newline]);
}

/** A path of ASCII that is too long for ustar's name, cut at a slash where its prefix has room for the first part. */
function splitPath(path: Uint8Array): { prefix: Uint8Array; name: Uint8Array } | undefined {
  if (path.some((byte) => byte >= 0x80)) return undefined;
  const last = path.at(-1) === slash ? path.length - 2 : path.length - 1;
  const cut = path.lastIndexOf(slash, Math.min(last, prefixWidth));
  const [prefix, name] = [path.subarray(0, cut), path.subarray(cut + 1)];
  return cut > 0 && name.length > 0 && name.length <= nameWidth ? { prefix, name } : undefined;
}

const nameWidth = 100;
const prefixWidth = 155;

/** As Go names it: beside a file in a directory `PaxHeaders.0`, and of a directory in itself. */
function paxName(path: Uint8Array): Uint8Array {
  const cut = path.lastIndexOf(slash) + 1;
  const file = path.subarray(cut);
  const folder = encodeText(file.length > 0 ? 'PaxHeaders.0/' : 'PaxHeaders.0');
  const name = concat([path.subarray(0, cut), folder, file]);
  return name.filter((byte) => byte < 0x80).subarray(0, nameWidth);
}

interface UstarOptions {
  readonly typeflag?: string;
  /** Of the path, without the slash after it. */
  readonly prefix?: Uint8Array;
}

function ustar(
  entry: NewTarEntry,
  { typeflag = typeflags[entry.type], prefix = none }: UstarOptions = {},
): Uint8Array {
  const block = new Uint8Array(blockSize);
  text(block, 0, nameWidth, entry.path);
  number(block, 100, 8, entry.mode & 0o7777);
  number(block, 108, 8, entry.uid);
  number(block, 116, 8, entry.gid);
  number(block, 124, 12, entry.size ?? 0);
  number(block, 136, 12, entry.mtime);
  block[156] = typeflag.charCodeAt(0);
  text(block, 157, 100, entry.link ?? none);
  block.set(magic, 257);
  if (typeflag !== 'x') {
    number(block, 329, 8, entry.major ?? 0);
    number(block, 337, 8, entry.minor ?? 0);
  }
  text(block, 345, prefixWidth, prefix);
  seal(block);
  return block;
}

const magic = encodeText('ustar\u000000');
const none = new Uint8Array();
const newline = Uint8Array.of(0x0a);
const slash = 0x2f;
const blank = 0x20;

/** The checksum is taken with blanks in its own place: six digits, a NUL, a blank. */
function seal(block: Uint8Array): void {
  block.fill(blank, 148, 156);
  let sum = 0;
  for (let i = 0; i < blockSize; i++) sum += block[i] ?? 0;
  number(block, 148, 7, sum);
  block[154] = 0;
}

function fitsText(bytes: Uint8Array): boolean {
  return bytes.length <= nameWidth && bytes.every((byte) => byte < 0x80);
}

function fitsNumber(value: number, width: number): boolean {
  return value >= 0 && value < 8 ** (width - 1);
}

/** What does not fit is in the PAX header as it is. */
function text(block: Uint8Array, at: number, width: number, bytes: Uint8Array): void {
  const kept =
    bytes.length <= width && bytes.every((byte) => byte < 0x80)
      ? bytes
      : bytes.filter((byte) => byte < 0x80).subarray(0, width);
  block.set(kept, at);
}

/** Octal digits with zeros before them, and a NUL. */
function number(block: Uint8Array, at: number, width: number, value: number): void {
  const digits = (fitsNumber(value, width) ? value : 0).toString(8).padStart(width - 1, '0');
  for (let i = 0; i < digits.length; i++) block[at + i] = digits.charCodeAt(i);
}
