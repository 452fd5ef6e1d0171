// Our own parser, since modern-tar gives neither offsets nor sparse files nor raw bytes of names and xattrs.
import { invalidHeader, unexpectedEnd } from './errors.ts';
import { decodeText } from '../text.ts';
import { invalid } from '../errors.ts';
import type { PaxRecords } from './pax.ts';
import { parsePax, paxNumber, paxPath, paxTime } from './pax.ts';
import type { SparseMap } from './sparse.ts';
import { SparseLines, sparseFields, sparseMap, sparseNumbers } from './sparse.ts';
import type { TarHeader } from './header.ts';
import { blockSize, number, parseHeader, text } from './header.ts';
import type { TarEntryType } from './typeflag.ts';

/** One entry as the archive tells it: the name may be hostile, parents may be missing. */
export interface TarEntry {
  readonly type: TarEntryType;
  readonly path: Uint8Array;
  readonly link: Uint8Array;
  readonly mode: number;
  /** As it is written, with whatever bits. */
  readonly rawMode: number;
  /** Names of the owners, where the archive has them. */
  readonly userName: Uint8Array;
  readonly groupName: Uint8Array;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: { readonly seconds: number; readonly nanoseconds: number };
  readonly major: number;
  readonly minor: number;
  /** Of the file; of the data in the archive where `sparse` is missing. */
  readonly size: number;
  /** Where its data lies in the archive. */
  readonly offset: number;
  readonly sparse: SparseMap | undefined;
  readonly xattrs: ReadonlyMap<string, Uint8Array> | undefined;
}

/** Typeflags that are entries; a NUL is what v7 wrote for a file, 7 a file that wanted contiguous blocks, D GNU's directory with a listing. */
const entryTypes: ReadonlyMap<string, TarEntryType> = new Map([
  ['\0', 'file'],
  ['0', 'file'],
  ['7', 'file'],
  ['S', 'file'],
  ['1', 'hardlink'],
  ['2', 'symlink'],
  ['3', 'character'],
  ['4', 'block'],
  ['5', 'directory'],
  ['D', 'directory'],
  ['6', 'fifo'],
]);

/** Go's and so Docker's limit of what a header about a header may hold. */
const maxSpecialSize = 1 << 20;
const xattrPrefix = 'SCHILY.xattr.';

type State = (block: Uint8Array) => void;

/**
 * Reads a tar archive as it streams by and reports its entries with the places of their data, which it skips.
 *
 * Lifecycle: `write` in order, then `end` once. Failure: `invalid` from either; nothing may follow it.
 */
export class TarScanner {
  readonly #onEntry: (entry: TarEntry) => void;
  #offset = 0;
  #skip = 0;
  /** How much of what is skipped is no data. */
  #padding = 0;
  #want = blockSize;
  #have = 0;
  #buffer = new Uint8Array(blockSize);
  #state: State = (block) => this.#header(block);
  #done = false;
  #inside = false;
  #longPath: Uint8Array | undefined;
  #longLink: Uint8Array | undefined;
  #local: PaxRecords = noRecords;

  constructor(onEntry: (entry: TarEntry) => void) {
    this.#onEntry = onEntry;
  }

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && !this.#done;) {
      at += this.#skip > 0 ? this.#pass(chunk.length - at) : this.#collect(chunk, at);
    }
  }

  /** An archive may end without its blocks of zeros and in the padding before them, but not inside an entry. */
  end(): void {
    const between =
      this.#have === 0 && this.#skip <= this.#padding && this.#want === blockSize && !this.#expecting();
    if (!this.#done && !between) throw unexpectedEnd();
  }

  #expecting(): boolean {
    return (
      this.#longPath !== undefined ||
      this.#longLink !== undefined ||
      this.#local !== noRecords ||
      this.#inside
    );
  }

  #pass(available: number): number {
    const count = Math.min(this.#skip, available);
    this.#skip -= count;
    this.#offset += count;
    return count;
  }

  #collect(chunk: Uint8Array, at: number): number {
    const count = Math.min(this.#want - this.#have, chunk.length - at);
    const part = chunk.subarray(at, at + count);
    this.#offset += count;
    if (count === this.#want) {
      this.#state(part);
      return count;
    }
    this.#buffer.set(part, this.#have);
    this.#have += count;
    if (this.#have === this.#want) this.#full();
    return count;
  }

  #full(): void {
    const block = this.#buffer.subarray(0, this.#want);
    this.#have = 0;
    this.#state(block);
  }

  /** Hands the next `size` bytes to `state`. */
  #next(size: number, state: State): void {
    this.#want = size;
    this.#state = state;
    if (this.#buffer.length < size) this.#buffer = new Uint8Array(size);
  }

  #nextHeader(): void {
    this.#inside = false;
    this.#next(blockSize, (block) => this.#header(block));
  }

  #header(block: Uint8Array): void {
    const header = parseHeader(block);
    if (header === undefined) this.#done = true;
    else if (specialTypes.has(header.typeflag)) this.#special(header);
    else this.#begin(header, block);
  }

  /** A header about the next header: its data is read whole. Global ones are passed over, as Docker does. */
  #special({ typeflag, size }: TarHeader): void {
    if (typeflag === 'V' || typeflag === 'N') return this.#skipData(size);
    if (size < 0 || size > maxSpecialSize) throw invalidHeader('it is too large');
    const padded = padding(size) + size;
    const take: State = (data) => {
      this.#takeSpecial(typeflag, data.subarray(0, size));
      this.#nextHeader();
    };
    if (padded === 0) take(new Uint8Array());
    else {
      this.#inside = true;
      this.#next(padded, take);
    }
  }

  #takeSpecial(typeflag: string, data: Uint8Array): void {
    if (typeflag === 'L') this.#longPath = text(data, 0, data.length).slice();
    else if (typeflag === 'K') this.#longLink = text(data, 0, data.length).slice();
    else if (typeflag !== 'g') this.#local = parsePax(data);
  }

  #begin(header: TarHeader, block: Uint8Array): void {
    const type = this.#typeOf(header);
    const pax = this.#local.values;
    const size = pax.has('size') ? paxNumber(pax.get('size') ?? none) : header.size;
    if (size < 0) throw invalidHeader('negative size');
    const draft = this.#draft(header, type, pax, type === 'file' ? size : 0);
    const { sparse } = this.#local;
    this.#longPath = this.#longLink = undefined;
    this.#local = noRecords;
    if (type === 'file') this.#file(draft, header, block, pax, sparse);
    else this.#emit(draft, undefined);
    if (header.typeflag === 'D') this.#skipData(size);
  }

  #typeOf({ typeflag, path }: TarHeader): TarEntryType {
    const type = entryTypes.get(typeflag);
    if (type === undefined) throw invalid(`unhandled tar header type ${typeflag.charCodeAt(0)}`);
    return typeflag === '\0' && (this.#longPath ?? path).at(-1) === 0x2f ? 'directory' : type;
  }

  #draft(header: TarHeader, type: TarEntryType, pax: PaxRecords['values'], size: number): Draft {
    const [path, link, mtime] = [pax.get('path'), pax.get('linkpath'), pax.get('mtime')];
    return {
      type,
      path: path ? paxPath(path) : (this.#longPath ?? header.path),
      link: link ? paxPath(link) : (this.#longLink ?? header.link),
      mode: header.mode & 0o7777,
      rawMode: header.mode,
      userName: pax.get('uname') ?? header.userName,
      groupName: pax.get('gname') ?? header.groupName,
      uid: owner(pax.get('uid'), header.uid),
      gid: owner(pax.get('gid'), header.gid),
      mtime: mtime ? paxTime(mtime) : { seconds: header.mtime, nanoseconds: 0 },
      major: header.major,
      minor: header.minor,
      size,
      stored: size,
      offset: 0,
      sparse: undefined,
      xattrs: xattrs(pax),
    };
  }

  #file(
    draft: Draft,
    header: TarHeader,
    block: Uint8Array,
    pax: PaxRecords['values'],
    parts: readonly number[],
  ): void {
    const map = pax.get('GNU.sparse.map');
    if (header.typeflag === 'S') this.#gnuSparse(draft, block);
    else if (isSparse10(pax)) this.#sparse10(sparseDraft(draft, pax));
    else if (map) this.#emit(sparseDraft(draft, pax), sparseNumbers(map));
    else if (parts.length > 0) this.#emit(sparseDraft(draft, pax), parts);
    else this.#emit(draft, undefined);
  }

  /** https://www.gnu.org/software/tar/manual/html_section/Sparse-Formats.html#Old-GNU-Format */
  #gnuSparse(draft: Draft, block: Uint8Array): void {
    const numbers: number[] = [];
    const whole = { ...draft, path: draft.path.slice(), link: none, size: number(block, 483, 12) };
    sparseFields(block, 386, 4, numbers);
    const more: State = (extension) => {
      sparseFields(extension, 0, 21, numbers);
      if (extension[504] !== 1) this.#emit(whole, numbers);
    };
    if (block[482] !== 1) return this.#emit(whole, numbers);
    this.#inside = true;
    this.#next(blockSize, more);
  }

  #sparse10(draft: Draft): void {
    const lines = new SparseLines();
    const whole = { ...draft, path: draft.path.slice(), link: none };
    let left = draft.stored;
    this.#inside = true;
    this.#next(blockSize, (block) => {
      left -= blockSize;
      if (left < 0) throw invalidHeader('sparse map');
      if (lines.add(block)) this.#emit({ ...whole, stored: left }, lines.numbers);
    });
  }

  #emit(draft: Draft, numbers: readonly number[] | undefined): void {
    draft.sparse = numbers && sparseMap(numbers, draft.size, draft.stored);
    draft.offset = this.#offset;
    this.#onEntry(draft);
    this.#skipData(draft.stored);
  }

  #skipData(size: number): void {
    this.#padding = padding(size);
    this.#skip = size + this.#padding;
    this.#nextHeader();
  }
}

/** An entry on its way: completed in place, since copying objects took most of the time. `stored` is its data in the archive. */
type Draft = { -readonly [K in keyof TarEntry]: TarEntry[K] } & { stored: number };

const specialTypes: ReadonlySet<string> = new Set(['L', 'K', 'x', 'X', 'g', 'V', 'N']);
const none = new Uint8Array();
const noRecords: PaxRecords = { values: new Map(), sparse: [] };

function padding(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}

const maxId = 0xffff_ffff;

function owner(pax: Uint8Array | undefined, header: number): number {
  const id = pax ? paxNumber(pax) : header;
  if (id < 0 || id > maxId) throw invalidHeader(`owner ${id}`);
  return id;
}

function xattrs(pax: PaxRecords['values']): Map<string, Uint8Array> | undefined {
  let found: Map<string, Uint8Array> | undefined;
  for (const [key, value] of pax) {
    if (key.startsWith(xattrPrefix))
      (found ??= new Map<string, Uint8Array>()).set(key.slice(xattrPrefix.length), value);
  }
  return found;
}

function isSparse10(pax: PaxRecords['values']): boolean {
  return decodeText(pax.get('GNU.sparse.major') ?? none) === '1';
}

/** Sparse files carry another name in their header, so that tars which do not know them unpack something else. */
function sparseDraft(draft: Draft, pax: PaxRecords['values']): Draft {
  const size = pax.get('GNU.sparse.realsize') ?? pax.get('GNU.sparse.size');
  const path = pax.get('GNU.sparse.name');
  if (size === undefined) throw invalidHeader('the size of a sparse file is missing');
  return { ...draft, path: path ? paxPath(path) : draft.path, size: paxNumber(size) };
}
