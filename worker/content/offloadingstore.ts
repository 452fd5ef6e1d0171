import type { Remote } from 'comlink';
import type { Digest } from '../oci/digest.ts';
import type { BlobReader } from './blobreader.ts';
import type { ContentInfo, ContentStore, ContentWriter, Expected } from './contentstore.ts';
import { LateWriter } from './latewriter.ts';
import { RemoteWriter } from './remotewriter.ts';
import type { WriterHost } from './writerhost.ts';

export interface OffloadingOptions {
  /** Starts the other thread, or finds that there is none to be had. Asked when there is something large to write. */
  readonly host: () => Promise<Remote<WriterHost> | undefined>;
  /** Bytes that are handed over at once. */
  readonly pieceSize?: number;
}

const defaultPieceSize = 1 << 20;

/** A store that reads here and writes what is large in another thread. */
export class OffloadingStore implements ContentStore {
  readonly #store: ContentStore;
  readonly #host: OffloadingOptions['host'];
  readonly #pieceSize: number;

  constructor(store: ContentStore, { host, pieceSize = defaultPieceSize }: OffloadingOptions) {
    this.#store = store;
    this.#host = host;
    this.#pieceSize = pieceSize;
  }

  info(digest: Digest): Promise<ContentInfo> {
    return this.#store.info(digest);
  }

  reader(digest: Digest): Promise<BlobReader> {
    return this.#store.reader(digest);
  }

  /** What has a ref is large. */
  async writer(expected: Expected = {}, ref?: string): Promise<ContentWriter> {
    const begin = () => this.#begin(expected, ref);
    return ref === undefined
      ? new LateWriter({
          small: () => this.#store.writer(expected),
          large: begin,
          limit: 4 * this.#pieceSize,
        })
      : begin();
  }

  list(): Promise<ContentInfo[]> {
    return this.#store.list();
  }

  settled(milliseconds: number): Promise<Digest[]> {
    return this.#store.settled(milliseconds);
  }

  delete(digest: Digest): Promise<void> {
    return this.#store.delete(digest);
  }

  sweep(milliseconds?: number): Promise<void> {
    return this.#store.sweep(milliseconds);
  }

  room(): Promise<number> {
    return this.#store.room();
  }

  async #begin(expected: Expected, ref: string | undefined): Promise<ContentWriter> {
    const host = await this.#host();
    return host === undefined
      ? this.#store.writer(expected, ref)
      : RemoteWriter.begin(host, this.#pieceSize, expected, ref);
  }
}
