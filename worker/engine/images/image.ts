import type { DiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import type { ImageConfig, RunConfig } from '../../oci/imageconfig.ts';
import { parseImageConfig } from '../../oci/imageconfig.ts';

/** What is kept of an image beside its layers: plain data, stored as it is. */
export interface ImageRecord {
  /** Digest of the config's bytes. */
  readonly id: Digest;
  /** The config's bytes as they were pulled. */
  readonly configText: string;
  /** Bytes of all layers, uncompressed. */
  readonly size: number;
  /** The image that a build or a commit on this engine made it from. */
  readonly parent?: Digest;
  /** It was made on this engine, so that a build may find its steps done. */
  readonly builtHere?: true;
}

/** An image whose layers are here. */
export interface Image extends ImageRecord {
  readonly layers: readonly DiffId[];
  /** How to run it. */
  readonly config: RunConfig;
  readonly full: ImageConfig;
}

export function openImage(record: ImageRecord): Image {
  const full = parseImageConfig(record.configText);
  return { ...record, full, config: full.config ?? {}, layers: full.rootfs.diff_ids };
}
