import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  return (
    entries.length > 0 &&
    entries.every(({ digest }) => referenced(digest).every((hex) => existsSync(blobPath(hex))))
  );
}

/** Removes the blobs that neither index leads to. */
export function removeStrayBlobs(): void {
  const kept = new Set(
    [indexPath, localIndexPath].flatMap(readIndex).flatMap(({ digest }) => referenced(digest)),
  );
  const dir = join(registryDir, 'blobs/sha256');
  for (const hex of readdirSync(dir)) if (!kept.has(hex)) rmSync(join(dir, hex));
}

/** A manifest's own digest and those it names, in hexadecimal digits. */
function referenced(digest: string): string[] {
  const hex = digest.replace('sha256:', '');
  if (!existsSync(blobPath(hex))) return [hex];
  const named = readFileSync(blobPath(hex), 'utf8').matchAll(/"digest":"sha256:([0-9a-f]{64})"/g);
  return [hex, ...[...named].map(([, digits = '']) => digits)];
}

function blobPath(hex: string): string {
  return join(registryDir, 'blobs/sha256', hex);
}
