import type { ContentStore, ContentWriter } from '../content/contentstore.ts';
import { contentOf } from '../content/ingest.ts';
import { Verifier } from '../content/verifier.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { errorKind } from '../oci/errors.ts';

/** Asks for a blob's bytes from an offset on. They need not be checked. */
export type OpenBlob = (from: number) => Promise<AsyncIterable<Uint8Array>>;

type Blob = Pick<Descriptor, 'digest' | 'size'>;

/** Smaller blobs are fetched again rather than kept while they come. */
const worthKeeping = 2 << 20;

/**
 * A packed blob on its way. What has come is kept as it passes by, so that after a broken connection or a reload only the
 * rest is asked for. Lifecycle: `begin`, `bytes` once, then `discard` or `suspend`.
 */
export class Download {
  readonly #content: ContentStore;
  readonly #blob: Blob;
  readonly #open: OpenBlob;
  /** Undefined when nothing is kept, or everything is there. */
  readonly #writer: ContentWriter | undefined;

  private constructor(content: ContentStore, blob: Blob, open: OpenBlob, writer: ContentWriter | undefined) {
    this.#content = content;
    this.#blob = blob;
    this.#open = open;
    this.#writer = writer;
  }

  /** Waits while another tab downloads the same blob. */
  static async begin(content: ContentStore, blob: Blob, open: OpenBlob): Promise<Download> {
    const { digest, size } = blob;
    const writer = size < worthKeeping ? undefined : await content.writer({ digest, size }, `blob ${digest}`);
    return new Download(content, blob, open, writer);
  }

  /** Fails with `invalid` when they are not what digest and size say. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    if (this.#writer === undefined) yield* this.#passing();
    else if (await this.#isWhole()) yield* contentOf(this.#content, this.#blob.digest);
    else yield* this.#kept(this.#writer);
  }

  /** Drops what was kept of it: whoever wanted it has it, or must not have it. */
  async discard(): Promise<void> {
    await this.#writer?.abort();
    if (this.#writer !== undefined && (await this.#isWhole())) await this.#content.delete(this.#blob.digest);
  }

  /** Keeps what has come for the next one who wants it. */
  async suspend(): Promise<void> {
    await this.#writer?.suspend();
  }

  async *#passing(): AsyncGenerator<Uint8Array> {
    const verifier = await Verifier.create(this.#blob);
    for await (const chunk of await this.#open(0)) {
      verifier.update(chunk);
      yield chunk;
    }
    verifier.finish();
  }

  async *#kept(writer: ContentWriter): AsyncGenerator<Uint8Array> {
    yield* writer.stored();
    if (writer.offset < this.#blob.size) {
      for await (const chunk of await this.#open(writer.offset)) {
        await writer.write(chunk);
        yield chunk;
      }
    }
    await writer.commit();
  }

  /** A tab may have gone when the blob had come and before it was of use. */
  async #isWhole(): Promise<boolean> {
    try {
      await this.#content.info(this.#blob.digest);
      return true;
    } catch (error) {
      if (errorKind(error) === 'not-found') return false;
      throw error;
    }
  }
}
