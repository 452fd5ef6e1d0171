import { gzipSync } from 'node:zlib';
import { mediaTypes } from '../../worker/oci/mediatype.ts';
import { sha256 } from '../digest.ts';

/** What the builder has made of a recipe. */
export interface BuiltImage {
  /** Full names, with registry and tag. */
  readonly names: readonly string[];
  readonly configText: string;
  /** Tars. */
  readonly layers: readonly Uint8Array[];
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

/** Packs an image: its blobs, and an index entry for each of its names. */
export function packImage(image: BuiltImage): { blobs: Blobs; entries: IndexEntry[] } {
  const blobs: Blobs = new Map();
  const layers = image.layers.map((tar) =>
    addBlob(blobs, mediaTypes.ociLayerGzip, gzipSync(tar, { level: 9 })),
  );
  const config = addBlob(blobs, mediaTypes.ociConfig, new TextEncoder().encode(image.configText));
  const document = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers };
  const text = new TextEncoder().encode(JSON.stringify(document));
  const manifest = addBlob(blobs, mediaTypes.ociManifest, text);
  const entries = image.names.map((name) => ({
    ...manifest,
    platform: { architecture: '386', os: 'linux' },
    annotations: {
      'io.containerd.image.name': name,
      'org.opencontainers.image.ref.name': name.replace(/.*:/, ''),
    },
  }));
  return { blobs, entries };
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
