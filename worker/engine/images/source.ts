import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import type { Platform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import type { Credentials } from '../../registry/credentials.ts';
import type { Patience } from '../../registry/repository.ts';

/** For whom something is asked of a source, and who is told when that takes long. */
export interface SourceRequest extends Patience {
  readonly credentials?: Credentials | undefined;
}

/** Where images come from. */
export interface ImageSource {
  /**
   * Looks a name up and chooses the manifest for the platform. Rejects with `not-found` and Docker's text when there is
   * no such name, and says which platforms there are when ours is not among them.
   */
  resolve(reference: Reference, platform: Platform, request?: SourceRequest): Promise<FoundImage>;
  /** The tags of a repository. Rejects with `not-found` when there is none. */
  tags(repository: Reference, request?: SourceRequest): Promise<string[]>;
  /** Names of all its images, where it has a list of them. */
  names?(): Promise<Reference[]>;
}

export interface FoundImage {
  /** Of what the name stands for: an index or a manifest. */
  readonly digest: Digest;
  readonly manifest: Manifest;
  /** A blob's bytes from an offset on, by default all, not yet checked. */
  open(blob: Descriptor, patience?: Patience, from?: number): Promise<AsyncIterable<Uint8Array>>;
  /** The registry's repository that has the blobs; nothing for those of static files. */
  readonly repository?: Pick<Reference, 'domain' | 'path'>;
}
