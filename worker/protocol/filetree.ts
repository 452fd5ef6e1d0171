import { concat } from '../oci/bytes.ts';

/**
 * What the `filetree` program in the guest and the worker say to each other, over streams that the agent carries without
 * looking inside. The program walks and makes trees of files within a root that the agent has put it into; what a tree
 * means, and tars, are the worker's.
 *
 * A record is a header of 80 bytes, a name and a link, each with a closing NUL, and extended attributes; the contents of
 * a file may follow it. Numbers are little-endian; names are bytes. The program is told by its arguments what to do:
 *
 *     stat PATH               `found`
 *     pack [-d] [-x] PATH     `found`, then an `entry` for PATH itself (its name is empty) and for everything below it,
 *                             directories before what is in them, names sorted by their bytes; -d with `contents`, -x
 *                             with attributes (security.capability of files, trusted.overlay.opaque of directories)
 *     unpack PATH SUFFIX      `found` tells where PATH leads; then the worker says `entry` and `times` as it likes
 *
 * Each ends with `end`, from the program; for `unpack` the worker says `end` first. A `failure` is the last record too.
 */

export const recordKind = {
  /** A file, found or to be made. */
  entry: 1,
  /** What PATH is. Of a link that was not followed, `link` is where it leads in the end. */
  found: 2,
  end: 3,
  /** A system call that failed: `error` its number, `link` its name, `name` the path. */
  failure: 4,
  /** To the program: the file's times, once nothing changes them any more. */
  times: 5,
} as const;

export type RecordKind = (typeof recordKind)[keyof typeof recordKind];

export const recordFlag = {
  /** `size` bytes follow. */
  contents: 1,
  /** Another name of a file that an earlier record has told of; to the program: of the file at `link`. */
  linked: 2,
  /** To the program: fail with `overwrite` rather than put a directory in a file's place, or the other way round. */
  keepKind: 4,
  /** To the program: a directory that is there already stays as it is. */
  destination: 8,
} as const;

export interface TreeRecord {
  readonly kind: RecordKind;
  readonly flags: number;
  /** As stat(2) tells it, with the type. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a device. */
  readonly major: number;
  readonly minor: number;
  readonly links: number;
  readonly size: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** The file system and the inode in it. */
  readonly device: number;
  readonly inode: bigint;
  readonly error: number;
  readonly name: Uint8Array;
  readonly link: Uint8Array;
  readonly attributes: ReadonlyMap<string, Uint8Array>;
}

export const recordHeaderSize = 80;
/** The longest record that the program takes, without contents. */
export const maxRecord = 256 * 1024;

const none = new Uint8Array();
const noAttributes: ReadonlyMap<string, Uint8Array> = new Map();

/** A record of which the rest says nothing. */
export function treeRecord(kind: RecordKind, fields: Partial<TreeRecord> = {}): TreeRecord {
  return { ...blank, kind, ...fields };
}

const blank: Omit<TreeRecord, 'kind'> = {
  flags: 0,
  mode: 0,
  uid: 0,
  gid: 0,
  major: 0,
  minor: 0,
  links: 0,
  size: 0,
  seconds: 0,
  nanoseconds: 0,
  device: 0,
  inode: 0n,
  error: 0,
  name: none,
  link: none,
  attributes: noAttributes,
};

/** @throws RangeError when it is longer than `maxRecord` */
export function encodeRecord(record: TreeRecord): Uint8Array {
  const { name, link } = record;
  const attributes = encodeAttributes(record.attributes);
  const length = recordHeaderSize + name.length + 1 + link.length + 1 + attributes.length;
  if (length > maxRecord) throw new RangeError('a file with too many extended attributes');
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  out[4] = record.kind;
  out[5] = record.flags;
  const words = [length, undefined, record.mode, record.uid, record.gid, record.major, record.minor];
  words.forEach((word, index) => word !== undefined && view.setUint32(index * 4, word, true));
  view.setUint32(28, record.links, true);
  view.setBigUint64(32, BigInt(record.size), true);
  view.setBigInt64(40, BigInt(record.seconds), true);
  view.setUint32(48, record.nanoseconds, true);
  view.setUint32(52, record.device, true);
  view.setBigUint64(56, record.inode, true);
  [name.length, link.length, attributes.length, record.error].forEach((word, index) =>
    view.setUint32(64 + index * 4, word, true),
  );
  out.set(name, recordHeaderSize);
  out.set(link, recordHeaderSize + name.length + 1);
  out.set(attributes, length - attributes.length);
  return out;
}

/** The length of a record, of which at least four bytes are there. */
export function recordLength(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/** The record that these bytes are, all of them; the names are copies. */
export function decodeRecord(bytes: Uint8Array): TreeRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): number => view.getUint32(at, true);
  const linkStart = recordHeaderSize + word(64) + 1;
  const attributesStart = linkStart + word(68) + 1;
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- whoever reads it refuses what it does not know
    kind: bytes[4] as RecordKind,
    flags: bytes[5] ?? 0,
    mode: word(8),
    uid: word(12),
    gid: word(16),
    major: word(20),
    minor: word(24),
    links: word(28),
    size: Number(view.getBigUint64(32, true)),
    seconds: Number(view.getBigInt64(40, true)),
    nanoseconds: word(48),
    device: word(52),
    inode: view.getBigUint64(56, true),
    error: word(76),
    name: bytes.slice(recordHeaderSize, linkStart - 1),
    link: bytes.slice(linkStart, attributesStart - 1),
    attributes: word(72) === 0 ? noAttributes : decodeAttributes(bytes.subarray(attributesStart)),
  };
}

/** Each: u32 length of the name, u32 length of the value, both. Names are ASCII. */
function encodeAttributes(attributes: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts = [...attributes].map(([name, value]) => {
    const part = new Uint8Array(8 + name.length + value.length);
    new DataView(part.buffer).setUint32(0, name.length, true);
    new DataView(part.buffer).setUint32(4, value.length, true);
    part.set(
      Uint8Array.from(name, (character) => character.charCodeAt(0)),
      8,
    );
    part.set(value, 8 + name.length);
    return part;
  });
  return concat(parts);
}

function decodeAttributes(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const attributes = new Map<string, Uint8Array>();
  for (let at = 0; at < bytes.length;) {
    const start = at + 8;
    const middle = start + view.getUint32(at, true);
    at = middle + view.getUint32(at + 4, true);
    attributes.set(String.fromCharCode(...bytes.subarray(start, middle)), bytes.slice(middle, at));
  }
  return attributes;
}
