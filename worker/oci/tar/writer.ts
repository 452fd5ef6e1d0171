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
  if (records.length === 0) return ustar(entry);
  const data = concat(records);
  const about = ustar({ ...paxEntry, path: paxName(entry.path), size: data.length }, 'x');
  return concat([about, data, tarPadding(data.length), ustar(entry)]);
}

const paxEntry = { type: 'file', mode: 0, uid: 0, gid: 0, mtime: 0 } as const;

/** Sorted by their keys, so that the same files make the same archive. */
function paxRecords(entry: NewTarEntry): Uint8Array[] {
  const { path, link = none, uid, gid, mtime, size = 0, attributes } = entry;
  const values = new Map<string, Uint8Array>();
  if (!fitsText(path)) values.set('path', path);
  if (!fitsText(link)) values.set('linkpath', link);
  if (!fitsNumber(uid, 8)) values.set('uid', encodeText(String(uid)));
  if (!fitsNumber(gid, 8)) values.set('gid', encodeText(String(gid)));
  if (!fitsNumber(size, 12)) values.set('size', encodeText(String(size)));
  if (!fitsNumber(mtime, 12)) values.set('mtime', encodeText(String(mtime)));
  for (const [name, value] of attributes ?? []) values.set(`SCHILY.xattr.${name}`, value);
  return [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => paxRecord(key, value));
}

/** "%d %s=%s\n", where the number counts its own digits too. */
function paxRecord(key: string, value: Uint8Array): Uint8Array {
  const rest = key.length + value.length + 3;
  let length = rest;
  while (rest + String(length).length !== length) length = rest + String(length).length;
  return concat([encodeText(`${length} ${key}=`), value, newline]);
}

/** As Go names it: a file `PaxHeaders.0` beside the entry. */
function paxName(path: Uint8Array): Uint8Array {
  const end = path.at(-1) === slash ? path.length - 1 : path.length;
  const cut = path.lastIndexOf(slash, end - 1) + 1;
  const name = concat([path.subarray(0, cut), encodeText('PaxHeaders.0/'), path.subarray(cut, end)]);
  return name.filter((byte) => byte < 0x80).subarray(0, 100);
}

function ustar(entry: NewTarEntry, typeflag: string = typeflags[entry.type]): Uint8Array {
  const block = new Uint8Array(blockSize);
  text(block, 0, 100, entry.path);
  number(block, 100, 8, entry.mode & 0o7777);
  number(block, 108, 8, entry.uid);
  number(block, 116, 8, entry.gid);
  number(block, 124, 12, entry.size ?? 0);
  number(block, 136, 12, entry.mtime);
  block[156] = typeflag.charCodeAt(0);
  text(block, 157, 100, entry.link ?? none);
  block.set(magic, 257);
  number(block, 329, 8, entry.major ?? 0);
  number(block, 337, 8, entry.minor ?? 0);
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
  return bytes.length <= 100 && bytes.every((byte) => byte < 0x80);
}

function fitsNumber(value: number, width: number): boolean {
  return value >= 0 && value < 8 ** (width - 1);
}

/** What does not fit is in the PAX header as it is. */
function text(block: Uint8Array, at: number, width: number, bytes: Uint8Array): void {
  const kept = fitsText(bytes) ? bytes : bytes.filter((byte) => byte < 0x80).subarray(0, width);
  block.set(kept, at);
}

/** Octal digits with zeros before them, and a NUL. */
function number(block: Uint8Array, at: number, width: number, value: number): void {
  const digits = (fitsNumber(value, width) ? value : 0).toString(8).padStart(width - 1, '0');
  for (let i = 0; i < digits.length; i++) block[at + i] = digits.charCodeAt(i);
}
