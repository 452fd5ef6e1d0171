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
  /** Starts a blob. Fails with `invalid` for a digest of an algorithm that cannot be computed. */
  writer(expected?: Expected): Promise<ContentWriter>;
}

export interface Manager {
  /** All blobs, in no order. */
  list(): Promise<ContentInfo[]>;
  /** Fails with `not-found`. */
  delete(digest: Digest): Promise<void>;
}

/**
 * A blob in the making. Lifecycle: `write` one after the other, each awaited, then `commit` or `abort`; nothing after
 * either. A `write` that takes more than the size expected fails with `invalid`, and so does a `commit` whose bytes are
 * not what was expected; after a failure nothing is left of the blob.
 */
export interface ContentWriter {
  /** Takes a copy of `chunk`. */
  write(chunk: Uint8Array): Promise<void>;
  /** Makes the blob visible; if the store has it already, that one stays. */
  commit(): Promise<ContentInfo>;
  /** Drops what was written. Harmless after a failure and after `commit`. */
  abort(): Promise<void>;
}
