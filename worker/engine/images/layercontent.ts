import type { Descriptor } from '../../oci/descriptor.ts';
import type { DiffId } from '../../oci/diffid.ts';

export interface NewLayer {
  readonly diffId: DiffId;
  /** Bytes of its files. */
  readonly size: number;
}

/** Layers as they are kept: uncompressed, each under its diffID. */
export interface LayerContent {
  /** Bytes of a layer that is here, uncompressed; undefined when it is not. */
  size(diffId: DiffId): Promise<number | undefined>;
  /** Bytes of the files in a layer, which is what Docker calls its size. Fails with `not-found`. */
  filesSize(diffId: DiffId): Promise<number>;
  /**
   * Takes a layer in as it comes from the network and resolves with its uncompressed size. Rejects with `invalid` when
   * the bytes are not those that blob and diffID name; then nothing is left of it.
   */
  ingest(source: AsyncIterable<Uint8Array>, blob: Descriptor, diffId: DiffId): Promise<number>;
  /** The same for a layer that comes as it is, unpacked. */
  ingestTar(source: AsyncIterable<Uint8Array>, diffId: DiffId): Promise<number>;
  /** Takes a new layer in, an unpacked tar. */
  create(source: AsyncIterable<Uint8Array>): Promise<NewLayer>;
  /** A layer's unpacked tar. Fails with `not-found`. */
  tar(diffId: DiffId): AsyncIterable<Uint8Array>;
}
