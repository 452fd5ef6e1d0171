import type { Descriptor } from '../../worker/oci/descriptor.ts';
import type { Reference } from '../../worker/oci/reference.ts';
import type { Document } from '../../worker/registry/repository.ts';

/** An image for this project's machine, where it is taken from. */
export interface MirroredImage {
  readonly names: readonly Reference[];
  /** Where it comes from, for people. */
  readonly source: string;
  readonly manifest: Document;
  /** What the name stood for in its registry, when that was an index. */
  readonly index?: Document;
  /** A blob's bytes from an offset on, not checked. */
  open(blob: Descriptor, from: number): Promise<AsyncIterable<Uint8Array>>;
}
