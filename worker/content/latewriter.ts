import type { ContentInfo, ContentWriter } from './contentstore.ts';
import { free } from './free.ts';

export interface LateWriterParts {
  /** For a blob up to the limit. */
  readonly small: () => Promise<ContentWriter>;
  readonly large: () => Promise<ContentWriter>;
  /** In bytes. */
  readonly limit: number;
}

/** A writer of something new that decides where to write when it has seen whether it is much. */
export class LateWriter implements ContentWriter {
  readonly offset = 0;
  readonly #parts: LateWriterParts;
  readonly #kept: Uint8Array[] = [];
  #size = 0;
  #writer: ContentWriter | undefined;
  #ended = false;

  constructor(parts: LateWriterParts) {
    this.#parts = parts;
  }

  async *stored(): AsyncGenerator<Uint8Array> {}

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#writer === undefined && !this.#ended) {
      this.#size += chunk.length;
      if (this.#size <= this.#parts.limit) return void this.#kept.push(chunk.slice());
    }
    await (await this.#chosen(this.#parts.large)).write(chunk);
  }

  async commit(): Promise<ContentInfo> {
    return (await this.#chosen(this.#parts.small)).commit();
  }

  /** Without a ref nothing is left. */
  async suspend(): Promise<void> {
    await this.abort();
  }

  async abort(): Promise<void> {
    this.#ended = true;
    this.#kept.length = 0;
    await this.#writer?.abort();
  }

  async #chosen(begin: () => Promise<ContentWriter>): Promise<ContentWriter> {
    if (this.#writer !== undefined) return this.#writer;
    const writer = await begin();
    this.#writer = writer;
    for (const chunk of this.#kept.splice(0)) {
      await writer.write(chunk);
      free(chunk);
    }
    return writer;
  }
}
