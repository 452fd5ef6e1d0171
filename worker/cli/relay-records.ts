/** Decodes what the client's program fills in for `list` and `contents`, see worker/protocol/cli.ts. It may be anything. */
import { listedFixedSize } from '../protocol/cli.ts';
import { readU32, writeU32 } from '../protocol/frame.ts';
import { decodeStat, statSize } from './syscalls.ts';
import type { FileStat } from './syscalls.ts';
import { decodeText, encodeText } from './text.ts';
import { concat } from '../oci/bytes.ts';

/** What a directory says of an entry. */
export interface ListedEntry {
  readonly name: string;
  readonly stat: FileStat;
  /** Of a symbolic link. */
  readonly target: string;
  /** `security.capability`, where it was asked for and is there. */
  readonly capability: Uint8Array | undefined;
}

/** A file whose contents are asked for, with the size that it is known to have. */
export interface SizedFile {
  readonly path: string;
  readonly size: number;
}

/** What has come of one file: the number of bytes or a negative errno, and the bytes. */
export interface FileContents {
  readonly result: number;
  readonly bytes: Uint8Array;
}

/** @throws Error when a record is cut off, or its name could not be one */
export function decodeListed(bytes: Uint8Array): ListedEntry[] {
  const entries: ListedEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    const fixed = bytes.subarray(at, at + listedFixedSize);
    const name = at + listedFixedSize;
    const target = name + readU16(fixed, statSize);
    const capability = target + readU16(fixed, statSize + 2);
    const end = capability + readU16(fixed, statSize + 4);
    const text = decodeText(bytes.subarray(name, target));
    if (end > bytes.length || !isName(text)) throw new Error('the client has sent a list that is none');
    entries.push({
      name: text,
      stat: decodeStat(fixed),
      target: decodeText(bytes.subarray(target, capability)),
      capability: end > capability ? bytes.slice(capability, end) : undefined,
    });
    at = end;
  }
  return entries;
}

function isName(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !/[/\0]/.test(text);
}

/** Bytes that one file takes of a request. */
export function requestSize({ path }: SizedFile): number {
  return encodeText(path).length + 5;
}

export function encodeRequests(files: readonly SizedFile[]): Uint8Array {
  return concat(
    files.map(({ path, size }) => {
      const name = encodeText(path);
      const out = new Uint8Array(name.length + 5);
      writeU32(out, 0, size);
      out.set(name, 4);
      return out;
    }),
  );
}

/** Of so many files. @throws Error when something is cut off */
export function decodeContents(bytes: Uint8Array, count: number): FileContents[] {
  const found: FileContents[] = [];
  let at = 0;
  for (let left = count; left > 0; left -= 1) {
    const result = at + 4 <= bytes.length ? readU32(bytes, at) | 0 : Number.NaN;
    const end = at + 4 + Math.max(0, result);
    if (!(end <= bytes.length)) throw new Error('the client has sent contents that are none');
    found.push({ result, bytes: bytes.subarray(at + 4, end) });
    at = end;
  }
  return found;
}

function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}
