import { decodeText } from '../../oci/text.ts';
import type { TreeRecord } from '../../protocol/filetree.ts';
import { decodeRecord, recordKind, recordLength } from '../../protocol/filetree.ts';
import { internal } from '../errors.ts';
import { FileError } from './kernelerror.ts';

/**
 * Takes records and contents from the bytes that the program writes. Each method takes what comes next, so one call is
 * finished before the next begins.
 */
export class RecordReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk = new Uint8Array();
  #at = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next record. Rejects with a FileError when it is a failure. */
  async next(): Promise<TreeRecord> {
    const head = await this.#take(4);
    const length = recordLength(head);
    const whole = new Uint8Array(length);
    whole.set(head);
    whole.set(await this.#take(length - 4), 4);
    const record = decodeRecord(whole);
    if (record.kind === recordKind.failure)
      throw new FileError(decodeText(record.link), decodeText(record.name), record.error);
    return record;
  }

  /** The contents of the record before, piece by piece as they come. To be read to the end. */
  async *contents(size: number): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0;) {
      if (this.#at === this.#chunk.length) await this.#more();
      const piece = this.#chunk.subarray(this.#at, this.#at + left);
      this.#at += piece.length;
      left -= piece.length;
      yield piece;
    }
  }

  /** So many bytes in one piece, valid until the next call. */
  async #take(count: number): Promise<Uint8Array> {
    if (this.#chunk.length - this.#at < count) await this.#gather(count);
    const taken = this.#chunk.subarray(this.#at, this.#at + count);
    this.#at += count;
    return taken;
  }

  async #gather(count: number): Promise<void> {
    const gathered = new Uint8Array(count);
    for (let have = 0; ;) {
      const part = this.#chunk.subarray(this.#at, this.#at + count - have);
      gathered.set(part, have);
      this.#at += part.length;
      have += part.length;
      if (have === count) break;
      await this.#more();
    }
    const rest = this.#chunk.subarray(this.#at);
    this.#chunk = new Uint8Array(count + rest.length);
    this.#chunk.set(gathered);
    this.#chunk.set(rest, count);
    this.#at = 0;
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#source.next();
    if (done) throw internal('unexpected EOF: the container went away while its files were read');
    this.#chunk = new Uint8Array(value);
    this.#at = 0;
  }
}
