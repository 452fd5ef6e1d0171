import type { TarEntry } from './scanner.ts';
import { TarScanner } from './scanner.ts';

/** An archive as it streams by: an entry, then the pieces of its file's contents, holes filled with zeros. */
export type TarEvent = { readonly entry: TarEntry } | { readonly bytes: Uint8Array };

/** Reads an archive that is not packed. Rejects with `invalid` when it is none. */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEvent> {
  const found: TarEntry[] = [];
  const scanner = new TarScanner((entry) =>
    found.push({ ...entry, path: entry.path.slice(), link: entry.link.slice() }),
  );
  let start = 0;
  let current: EntryContents | undefined;
  for await (const chunk of source) {
    scanner.write(chunk);
    if (current !== undefined) yield* current.take(chunk, start);
    for (const entry of found.splice(0)) {
      yield { entry };
      current = entry.type === 'file' ? new EntryContents(entry) : undefined;
      if (current !== undefined) yield* current.take(chunk, start);
    }
    start += chunk.length;
  }
  scanner.end();
}

/** The contents of one file, out of the chunks that it lies in. */
class EntryContents {
  readonly #entry: TarEntry;
  /** Pairs of (offset in the file, length), stored one after the other. */
  readonly #map: ArrayLike<number>;
  #part = 0;
  /** Where the part that comes next begins in the archive. */
  #partStart: number;
  #written = 0;

  constructor(entry: TarEntry) {
    this.#entry = entry;
    this.#map = entry.sparse ?? [0, entry.size];
    this.#partStart = entry.offset;
  }

  /** What a chunk has of it; `start` is where the chunk lies in the archive. */
  *take(chunk: Uint8Array, start: number): Generator<TarEvent> {
    for (; this.#part < this.#map.length; this.#part += 2) {
      const [offset = 0, length = 0] = [this.#map[this.#part], this.#map[this.#part + 1]];
      if (this.#partStart >= start + chunk.length && length > 0) return;
      yield* this.#zeros(offset);
      const done = this.#written - offset;
      const from = this.#partStart + done - start;
      const bytes = chunk.subarray(from, from + length - done);
      this.#written += bytes.length;
      if (bytes.length > 0) yield { bytes };
      if (this.#written < offset + length) return;
      this.#partStart += length;
    }
    yield* this.#zeros(this.#entry.size);
  }

  *#zeros(until: number): Generator<TarEvent> {
    while (this.#written < until) {
      const bytes = zeros.subarray(0, until - this.#written);
      this.#written += bytes.length;
      yield { bytes };
    }
  }
}

const zeros = new Uint8Array(64 * 1024);
