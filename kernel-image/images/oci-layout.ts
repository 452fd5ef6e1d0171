import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RegistryFolder } from '../../scripts/mirror/registry-folder.ts';
import type { Descriptor } from '../../worker/oci/descriptor.ts';
import { parseDigest } from '../../worker/oci/digest.ts';
import { mediaTypes } from '../../worker/oci/mediatype.ts';
import { repositoryDir, repositoryPath } from '../paths.ts';
import type { Blobs, IndexEntry } from './oci-image.ts';

/** The registry that comes with the page: an OCI image layout of static files. */
export const registryDir = join(repositoryDir, 'public/registry');

/** Names the images that are committed. */
export const indexPath = join(registryDir, 'index.json');

/** Names the images that only this working tree has; not committed, and absent in a clone. */
export const localIndexPath = join(registryDir, 'index.local.json');

/** The files of a layout with these images, by repository path: the index, the layout's marker and the blobs. */
export function layoutFiles(images: { blobs: Blobs; entries: IndexEntry[] }[]): Map<string, Uint8Array> {
  const text = new TextEncoder();
  return new Map([
    [repositoryPath(join(registryDir, 'oci-layout')), text.encode('{"imageLayoutVersion":"1.0.0"}\n')],
    [repositoryPath(indexPath), text.encode(indexText(images.flatMap(({ entries }) => entries)))],
    ...images.flatMap(({ blobs }) =>
      [...blobs].map(([hex, bytes]) => [repositoryPath(blobPath(hex)), bytes] as const),
    ),
  ]);
}

export function indexText(manifests: IndexEntry[]): string {
  return `${JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }, undefined, 2)}\n`;
}

/** The entries of an index file; none where it is not there. */
export function readIndex(path: string): IndexEntry[] {
  if (!existsSync(path)) return [];
  return (JSON.parse(readFileSync(path, 'utf8')) as { manifests: IndexEntry[] }).manifests;
}

export function writeBlobs(blobs: Blobs): void {
  mkdirSync(join(registryDir, 'blobs/sha256'), { recursive: true });
  for (const [hex, bytes] of blobs) writeFileSync(blobPath(hex), bytes);
}

/** Whether every blob that an index names, directly or through a manifest, is there. */
export function isComplete(entries: IndexEntry[]): boolean {
  const folder = new RegistryFolder(registryDir);
  const digests = entries.flatMap((entry) => [...folder.reachable(entry as unknown as Descriptor)]);
  return digests.length > 0 && digests.every((digest) => existsSync(folder.blobs.path(digest)));
}

/** Removes the blobs that neither index leads to. */
export function removeStrayBlobs(): void {
  const folder = new RegistryFolder(registryDir);
  const entries = [indexPath, localIndexPath].flatMap(readIndex) as unknown as Descriptor[];
  const kept = new Set(entries.flatMap((entry) => [...folder.reachable(entry)]));
  const dir = join(registryDir, 'blobs/sha256');
  for (const hex of readdirSync(dir)) if (!kept.has(parseDigest(`sha256:${hex}`))) rmSync(join(dir, hex));
}

function blobPath(hex: string): string {
  return join(registryDir, 'blobs/sha256', hex);
}
