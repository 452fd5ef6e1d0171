import { gzipSync } from 'node:zlib';
import { mediaTypes } from '../../worker/oci/mediatype.ts';
import { sha256 } from '../digest.ts';

/** What a recipe makes: the image as its author thinks of it. */
export interface ImageSource {
  /** Full names, with registry and tag. */
  names: string[];
  /** The root file system, as a tar. */
  tar: Uint8Array;
  /** RFC 3339; images are dated by their contents, not by their build. */
  created: string;
  /** How the image came about, as `docker history` shows it. */
  createdBy: string;
  /** Env, Cmd and the like of the image config. */
  config: Record<string, unknown>;
}

/** A blob's bytes by its digest in hexadecimal digits. */
export type Blobs = Map<string, Uint8Array>;

/** An entry of an index.json. */
export interface IndexEntry {
  mediaType: string;
  digest: string;
  size: number;
  platform: { architecture: string; os: string };
  annotations: Record<string, string>;
}

/** Packs an image of one layer: its blobs, and an index entry for each of its names. */
export function packImage(source: ImageSource): { blobs: Blobs; entries: IndexEntry[] } {
  const blobs: Blobs = new Map();
  const layer = addBlob(blobs, mediaTypes.ociLayerGzip, gzipSync(source.tar, { level: 9 }));
  const config = addBlob(blobs, mediaTypes.ociConfig, json(imageConfig(source)));
  const document = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [layer] };
  const manifest = addBlob(blobs, mediaTypes.ociManifest, json(document));
  const entries = source.names.map((name) => ({
    ...manifest,
    platform: { architecture: '386', os: 'linux' },
    annotations: {
      'io.containerd.image.name': name,
      'org.opencontainers.image.ref.name': name.replace(/.*:/, ''),
    },
  }));
  return { blobs, entries };
}

/** https://github.com/opencontainers/image-spec/blob/v1.1.0/config.md */
function imageConfig({ tar, created, createdBy, config }: ImageSource): unknown {
  return {
    architecture: '386',
    config,
    created,
    history: [
      { created, created_by: createdBy },
      { created, created_by: `CMD ${JSON.stringify(config['Cmd'])}`, empty_layer: true },
    ],
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(tar)}`] },
  };
}

function addBlob(
  blobs: Blobs,
  mediaType: string,
  bytes: Uint8Array,
): { mediaType: string; digest: string; size: number } {
  const hex = sha256(bytes);
  blobs.set(hex, bytes);
  return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
