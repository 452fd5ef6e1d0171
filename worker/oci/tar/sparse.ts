import { invalidHeader } from './errors.ts';
import { decodeText } from '../text.ts';
import { paxNumber } from './pax.ts';
import { number } from './header.ts';

/**
 * Where a sparse file's data lies: pairs of (offset in the file, length), ascending, stored one after the other.
 * https://www.gnu.org/software/tar/manual/html_section/Sparse-Formats.html
 */
export type SparseMap = Float64Array;

/** A hostile archive must not fill the memory with a map. */
const maxNumbers = 2_000_000;

/** Checks a map against the sizes that the header told; `stored` is what lies in the archive. */
export function sparseMap(numbers: readonly number[], realSize: number, stored: number): SparseMap {
  if (numbers.length % 2 !== 0) throw malformed();
  let end = 0;
  let total = 0;
  for (let i = 0; i < numbers.length; i += 2) {
    const [offset = 0, length = 0] = [numbers[i], numbers[i + 1]];
    if (offset < end || offset < 0 || length < 0) throw malformed();
    end = offset + length;
    total += length;
  }
  if (end > realSize || total > stored) throw malformed();
  return Float64Array.from(numbers);
}

/** PAX format 0.1: `GNU.sparse.map` holds all numbers, with commas. */
export function sparseNumbers(map: Uint8Array): number[] {
  return checkCount(
    decodeText(map)
      .split(',')
      .filter((part) => part !== '')
      .map(toNumber),
  );
}

/** The 12-digit pairs of an old GNU header (4 of them at 386) or of the blocks that follow it (21 at 0). */
export function sparseFields(block: Uint8Array, at: number, pairs: number, into: number[]): void {
  for (let i = 0; i < pairs; i++) {
    const start = at + i * 24;
    if (block[start] === 0) return;
    into.push(number(block, start, 12), number(block, start + 12, 12));
  }
  checkCount(into);
}

/** Reads the map of PAX format 1.0, which stands before the data as decimal lines, padded to a block. */
export class SparseLines {
  readonly #numbers: number[] = [];
  #count: number | undefined;
  #rest = '';

  /** Takes one block; true when the map is whole. */
  add(block: Uint8Array): boolean {
    const lines = (this.#rest + decodeText(block)).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > 512) throw malformed();
    for (const line of lines) if (!this.#whole()) this.#line(toNumber(line));
    checkCount(this.#numbers);
    return this.#whole();
  }

  get numbers(): readonly number[] {
    return this.#numbers;
  }

  #line(value: number): void {
    if (this.#count === undefined) this.#count = value * 2;
    else this.#numbers.push(value);
  }

  #whole(): boolean {
    return this.#numbers.length === this.#count;
  }
}

function toNumber(text: string): number {
  return paxNumber(Uint8Array.from(text, (char) => char.charCodeAt(0)));
}

function checkCount(numbers: number[]): number[] {
  if (numbers.length > maxNumbers) throw malformed();
  return numbers;
}

function malformed(): Error {
  return invalidHeader('sparse map');
}
