import type { Remote } from 'comlink';
import { transfer } from 'comlink';
import { BottleshipError } from '../oci/errors.ts';
import { orAbort } from './orabort.ts';
import type { ContentInfo, ContentWriter, Expected } from './contentstore.ts';
import { free } from './free.ts';
import { StorageFullError } from './storagefull.ts';
import type { Begun, Outcome, WriterHost } from './writerhost.ts';

/** Pieces under way to the other side, for each writer. */
const depth = 2;

/** A writer in another thread. Pieces are filled here and handed over; what fails there fails a later call here. */
export class RemoteWriter implements ContentWriter {
  readonly offset: number;
  readonly #host: Remote<WriterHost>;
  readonly #number: number;
  readonly #pieceSize: number;
  readonly #underWay: Promise<void>[] = [];
  readonly #empty: Uint8Array<ArrayBuffer>[] = [];
  #piece: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;
  #open = true;

  private constructor(host: Remote<WriterHost>, { number, offset }: Begun, pieceSize: number) {
    this.#host = host;
    this.#number = number;
    this.#pieceSize = pieceSize;
    this.offset = offset;
  }

  static async begin(
    host: Remote<WriterHost>,
    pieceSize: number,
    expected: Expected,
    ref?: string,
  ): Promise<RemoteWriter> {
    return new RemoteWriter(host, result(await host.begin(expected, ref)), pieceSize);
  }

  async *stored(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = result(await this.#host.stored(this.#number));
      if (piece === undefined) return;
      yield piece;
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    return orAbort(this, this.#open, async () => {
      for (let at = 0; at < bytes.length;) {
        this.#piece ??= this.#empty.pop() ?? new Uint8Array(this.#pieceSize);
        const part = bytes.subarray(at, at + this.#pieceSize - this.#filled);
        this.#piece.set(part, this.#filled);
        this.#filled += part.length;
        at += part.length;
        if (this.#filled === this.#pieceSize) await this.#send(this.#piece);
      }
    });
  }

  commit(): Promise<ContentInfo> {
    return orAbort(this, this.#open, async () => {
      await this.#sendRest();
      const info = result(await this.#host.commit(this.#number));
      this.#end();
      return info;
    });
  }

  async suspend(): Promise<void> {
    if (!this.#open) return;
    await this.#sendRest().catch(() => undefined);
    this.#end();
    result(await this.#host.suspend(this.#number));
  }

  async abort(): Promise<void> {
    if (!this.#open) return;
    this.#end();
    await Promise.allSettled(this.#underWay);
    result(await this.#host.abort(this.#number));
  }

  async #sendRest(): Promise<void> {
    if (this.#piece !== undefined && this.#filled > 0) await this.#send(this.#piece.slice(0, this.#filled));
    await Promise.all(this.#underWay.splice(0));
  }

  /** Waits only when too much is under way. */
  async #send(piece: Uint8Array<ArrayBuffer>): Promise<void> {
    if (piece === this.#piece) this.#piece = undefined;
    this.#filled = 0;
    const taken = this.#handOver(piece);
    taken.catch(() => undefined);
    this.#underWay.push(taken);
    if (this.#underWay.length >= depth) await this.#underWay.shift();
  }

  async #handOver(piece: Uint8Array<ArrayBuffer>): Promise<void> {
    const back = result(await this.#host.write(this.#number, transfer(piece, [piece.buffer])));
    if (this.#open && back.length === this.#pieceSize) this.#empty.push(back as Uint8Array<ArrayBuffer>);
    else free(back);
  }

  #end(): void {
    this.#open = false;
    for (const piece of this.#empty.splice(0)) free(piece);
    if (this.#piece !== undefined) free(this.#piece);
    this.#piece = undefined;
  }
}

function result<T>(outcome: Outcome<T>): T {
  if ('value' in outcome) return outcome.value;
  const { kind, message, full } = outcome.failure;
  throw full ? new StorageFullError(undefined) : new BottleshipError(kind, message);
}
