import type { OpenBlob } from '../../layers/download.ts';
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
  /** Bytes of layers that there is room for, as far as is known; `Infinity` where nothing is. */
  room(): Promise<number>;
  /** Bytes of the files in a layer, which is what Docker calls its size. Fails with `not-found`. */
  filesSize(diffId: DiffId): Promise<number>;
  /**
   * Keeps layers that are here, and those that come, from being given up, whether an image names them or not, until what
   * this resolves with is called. Who counts on layers pins them before he looks whether they are here.
   */
  pin(diffIds: readonly DiffId[]): Promise<() => void>;
  /**
   * Fetches a layer and resolves with its uncompressed size. What an earlier fetch has left is not asked for again, and a
   * layer that somebody else is fetching is waited for. Rejects with `invalid` when the bytes are not those that blob and
   * diffID name; then nothing is left of it.
   */
  fetch(open: OpenBlob, blob: Descriptor, diffId: DiffId): Promise<number>;
  /** What an archive holds that layers come in, whatever it is packed with; fails with `invalid` where that grows without measure. */
  unpacked(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** Takes a layer in that comes as it is packed. Rejects as `fetch` does. */
  ingest(source: AsyncIterable<Uint8Array>, blob: Descriptor, diffId: DiffId): Promise<number>;
  /** The same for a layer that comes as it is, unpacked. */
  ingestTar(source: AsyncIterable<Uint8Array>, diffId: DiffId): Promise<number>;
  /** Takes a new layer in, an unpacked tar, and pins it until an image has it. */
  create(source: AsyncIterable<Uint8Array>): Promise<NewLayer>;
  /** An image, or whoever keeps layers from being collected, has these new layers now. */
  named(diffIds: readonly DiffId[]): void;
  /** A layer's unpacked tar. Fails with `not-found`. */
  tar(diffId: DiffId): AsyncIterable<Uint8Array>;
}
