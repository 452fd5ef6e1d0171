import type { DiffId } from '../../oci/diffid.ts';

/** Layers as they are kept: uncompressed, each under its diffID. */
export interface LayerContent {
  /** Bytes of a layer that is here; undefined when it is not. */
  size(diffId: DiffId): Promise<number | undefined>;
  /** Stores a layer and resolves with its size. It is there only as a whole, and only if it is what its diffID names. */
  put(diffId: DiffId, tar: ReadableStream<Uint8Array>): Promise<number>;
}
