import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import type { Platform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';

/** Where images come from. */
export interface ImageSource {
  /**
   * Looks a name up and chooses the manifest for the platform. Rejects with `not-found` and Docker's text when there is
   * no such name, and says which platforms there are when ours is not among them.
   */
  resolve(reference: Reference, platform: Platform): Promise<FoundImage>;
  /** The tags of a repository. Rejects with `not-found` when there is none. */
  tags(repository: Reference): Promise<string[]>;
}

export interface FoundImage {
  /** Of what the name stands for: an index or a manifest. */
  readonly digest: Digest;
  readonly manifest: Manifest;
  /** A blob's bytes, not yet checked. */
  open(blob: Descriptor): Promise<AsyncIterable<Uint8Array>>;
}
