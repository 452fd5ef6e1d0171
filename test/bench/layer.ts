import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageConfig } from '../../worker/oci/imageconfig.ts';
import type { Manifest } from '../../worker/oci/manifest.ts';
import type { Descriptor } from '../../worker/oci/descriptor.ts';
import type { DiffId } from '../../worker/oci/diffid.ts';

export interface Layer {
  readonly blob: Descriptor;
  readonly diffId: DiffId;
  /** Below the folder of static files. */
  readonly path: string;
}

/** The layer of debian, where `npm run build:images` has built it. */
export function debianLayer(files: string): Layer | undefined {
  const registry = join(files, 'registry');
  const index = join(registry, 'index.local.json');
  if (!existsSync(index)) return undefined;
  const read = (path: string): unknown => JSON.parse(readFileSync(join(registry, path), 'utf8'));
  const { manifests } = read('index.local.json') as {
    manifests: { digest: string; annotations: Record<string, string> }[];
  };
  const named = manifests.find((entry) =>
    entry.annotations['io.containerd.image.name']?.endsWith('/debian:latest'),
  );
  if (named === undefined) return undefined;
  const { config, layers } = read(blobPath(named.digest)) as Manifest;
  const { rootfs } = read(blobPath(config.digest)) as ImageConfig;
  const [blob, diffId] = [layers[0], rootfs.diff_ids[0]];
  return blob && diffId && { blob, diffId, path: `registry/${blobPath(blob.digest)}` };
}

export function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}
