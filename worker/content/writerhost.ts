import { transfer } from 'comlink';
import type { ErrorKind } from '../oci/errors.ts';
import { errorKind, errorMessage } from '../oci/errors.ts';
import type { ContentInfo, ContentWriter, Expected, Ingester } from './contentstore.ts';
import { StorageFullError } from './storagefull.ts';

/** What became of a call: comlink would keep only an error's text. */
export type Outcome<T> = { readonly value: T } | { readonly failure: Failure };

export interface Failure {
  readonly kind: ErrorKind;
  readonly message: string;
  /** Whether there was no more space. */
  readonly full: boolean;
}

/** A writer on the other side. */
export interface Begun {
  readonly number: number;
  readonly offset: number;
}

/** The writers of one store, for another thread: what they hash and store does not hold up whoever fetches and unpacks. */
export class WriterHost {
  readonly #store: Ingester;
  readonly #writers = new Map<number, ContentWriter>();
  readonly #stored = new Map<number, AsyncIterator<Uint8Array>>();
  /** Ends with the last write that was asked for. */
  readonly #writes = new Map<number, Promise<void>>();
  #next = 0;

  constructor(store: Ingester) {
    this.#store = store;
  }

  /** Answers once the thread runs. */
  ready(): boolean {
    return true;
  }

  begin(expected: Expected, ref: string | undefined): Promise<Outcome<Begun>> {
    return outcome(async () => {
      const writer = await this.#store.writer(expected, ref);
      const number = this.#next++;
      this.#writers.set(number, writer);
      return { number, offset: writer.offset };
    });
  }

  /** The next piece of what was there before; undefined at the end. */
  stored(number: number): Promise<Outcome<Uint8Array | undefined>> {
    return outcome(async () => {
      const pieces = this.#stored.get(number) ?? this.#writer(number).stored()[Symbol.asyncIterator]();
      this.#stored.set(number, pieces);
      const { done, value } = await pieces.next();
      return done ? undefined : value;
    });
  }

  /** Gives the memory of what was written back. */
  async write(number: number, bytes: Uint8Array): Promise<Outcome<Uint8Array>> {
    const writer = this.#writer(number);
    // The other side does not wait before it hands over the next piece, and a writer takes one at a time.
    const written = (this.#writes.get(number) ?? Promise.resolve()).then(() => writer.write(bytes));
    this.#writes.set(
      number,
      written.catch(() => undefined),
    );
    const done = await outcome(async () => {
      await written;
      return bytes;
    });
    return transfer(done, [bytes.buffer]);
  }

  commit(number: number): Promise<Outcome<ContentInfo>> {
    return this.#end(number, (writer) => writer.commit());
  }

  suspend(number: number): Promise<Outcome<void>> {
    return this.#end(number, (writer) => writer.suspend());
  }

  abort(number: number): Promise<Outcome<void>> {
    return this.#end(number, (writer) => writer.abort());
  }

  async #end<T>(number: number, end: (writer: ContentWriter) => Promise<T>): Promise<Outcome<T>> {
    const writer = this.#writer(number);
    await this.#writes.get(number);
    for (const all of [this.#writers, this.#stored, this.#writes]) all.delete(number);
    return outcome(() => end(writer));
  }

  #writer(number: number): ContentWriter {
    const writer = this.#writers.get(number);
    if (writer === undefined) throw new Error(`there is no writer ${number}`);
    return writer;
  }
}

async function outcome<T>(call: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await call() };
  } catch (error) {
    const full = error instanceof StorageFullError;
    return { failure: { kind: errorKind(error), message: errorMessage(error), full } };
  }
}
