import type { Digest } from '../oci/digest.ts';
import type { BlobReader } from './blobreader.ts';

/** What a store knows of a blob. */
export interface ContentInfo {
  readonly digest: Digest;
  readonly size: number;
}

/** What a writer demands of the blob it gets; without a digest any bytes will do. */
export interface Expected {
  readonly digest?: Digest;
  readonly size?: number;
}

/**
 * Blobs by digest. The roles are those of containerd (https://pkg.go.dev/github.com/containerd/containerd/v2/core/content):
 * who only reads takes a `Provider`, who only writes an `Ingester`.
 *
 * A blob is invisible until its writer commits it, and then it is there as a whole for good, until it is deleted: what
 * is found under a digest has that digest. A store may be used by several tabs at once.
 */
export interface ContentStore extends Provider, Ingester, Manager {}

export interface Provider {
  /** Fails with `not-found`. */
  info(digest: Digest): Promise<ContentInfo>;
  /** Random access to a blob. Fails with `not-found`; reading fails so too once the blob is deleted. */
  reader(digest: Digest): Promise<BlobReader>;
}

export interface Ingester {
  /**
   * Starts a blob. Under a `ref` what an earlier writer had to leave behind is taken up again, also after a reload; while
   * another writer has that ref, in whatever tab, this waits for its end. Fails with `invalid` for a digest of an
   * algorithm that cannot be computed.
   */
  writer(expected?: Expected, ref?: string): Promise<ContentWriter>;
}

export interface Manager {
  /** All blobs, in no order. */
  list(): Promise<ContentInfo[]>;
  /** Blobs that were committed so many milliseconds ago or earlier. */
  settled(milliseconds: number): Promise<Digest[]>;
  /** Fails with `not-found`. */
  delete(digest: Digest): Promise<void>;
  /**
   * Drops what writers have left behind who are gone: at once, or after so many milliseconds where it could be taken up
   * again. To be called when there is time.
   */
  sweep(milliseconds?: number): Promise<void>;
  /** Bytes that there is room for, as far as is known; `Infinity` where nothing is. */
  room(): Promise<number>;
}

/** How long what has a ref waits for being taken up again, in milliseconds. */
export const resumableFor = 24 * 3600 * 1000;

/**
 * A blob in the making. Lifecycle: `stored` at most once and to its end, `write` one after the other, each awaited, then
 * `commit`, `suspend` or `abort`; nothing after either. A `write` that takes more than the size expected fails with
 * `invalid`, and so does a `commit` whose bytes are not what was expected; after a failure nothing is left of the blob.
 */
export interface ContentWriter {
  /** How many bytes are there already, of a writer that was before; what is written goes behind them. */
  readonly offset: number;
  /** Those bytes. */
  stored(): AsyncIterable<Uint8Array>;
  /** Takes a copy of `chunk`. It may be kept only later; what goes wrong then fails a later call. */
  write(chunk: Uint8Array): Promise<void>;
  /** Makes the blob visible; if the store has it already, that one stays. */
  commit(): Promise<ContentInfo>;
  /** Leaves what was written to a later writer with the same ref, but for a part of a chunk; without a ref drops it. */
  suspend(): Promise<void>;
  /** Drops what was written. Harmless after a failure and after the end. */
  abort(): Promise<void>;
}
