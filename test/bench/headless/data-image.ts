import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { sha256 } from '../../../kernel-image/digest.ts';
import { indexText, readIndex } from '../../../kernel-image/images/oci-layout.ts';
import type { Blobs, IndexEntry } from '../../../kernel-image/images/oci-image.ts';
import { packImage } from '../../../kernel-image/images/oci-image.ts';
import type { Manifest } from '../../../worker/oci/manifest.ts';

export const dataFiles = 4;
export const dataFileSize = 8_000_000;

/** Answers for the static files of an image `bench:latest`: busybox, and large files of random bytes below /data. */
export async function serveDataImage(files: string): Promise<(path: string) => Response | undefined> {
  const { blobs, entries } = await dataImage(files, dataFiles * dataFileSize);
  const served = new Map<string, Uint8Array<ArrayBuffer> | string>([
    ['registry/index.local.json', indexText(entries)],
    ...[...blobs].map(([hex, bytes]) => [`registry/blobs/sha256/${hex}`, Uint8Array.from(bytes)] as const),
  ]);
  return (path) => {
    const body = served.get(path);
    return body === undefined ? undefined : new Response(body);
  };
}

/** Has an image like that among the static files while `body` runs. */
export async function withDataImage<T>(files: string, bytes: number, body: () => Promise<T>): Promise<T> {
  const registry = join(files, 'registry');
  const index = join(registry, 'index.local.json');
  const before = readIndex(index);
  const { blobs, entries } = await dataImage(files, bytes);
  const written = [...blobs].map(([hex, bytes]) => [join(registry, 'blobs/sha256', hex), bytes] as const);
  for (const [path, blob] of written) writeFileSync(path, blob);
  writeFileSync(index, indexText([...before, ...entries]));
  try {
    return await body();
  } finally {
    writeFileSync(index, indexText(before));
    for (const [path] of written) rmSync(path);
  }
}

async function dataImage(files: string, bytes: number): Promise<{ blobs: Blobs; entries: IndexEntry[] }> {
  const tar = Buffer.concat([withoutEnd(busyboxTar(files)), await dataTar(bytes / dataFiles)]);
  const config = {
    architecture: '386',
    config: { Cmd: ['sh'] },
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(tar)}`] },
  };
  const names = ['docker.io/library/bench:latest'];
  return packImage({ names, configText: JSON.stringify(config), layers: [tar] });
}

function dataTar(fileSize: number): Promise<Uint8Array> {
  return packTar(
    Array.from({ length: dataFiles }, (_, number) => ({
      header: { name: `data/${number}`, size: fileSize, mode: 0o644, type: 'file' as const },
      body: randomBytes(fileSize),
    })),
  );
}

function busyboxTar(files: string): Uint8Array {
  const registry = join(files, 'registry');
  const blob = ({ digest }: { digest: string }): Buffer =>
    readFileSync(join(registry, 'blobs', digest.replace(':', '/')));
  const index = JSON.parse(readFileSync(join(registry, 'index.json'), 'utf8')) as {
    manifests: { digest: string; annotations: Record<string, string> }[];
  };
  const named = index.manifests.find((entry) =>
    entry.annotations['io.containerd.image.name']?.includes('/busybox:'),
  );
  const layer = named && (JSON.parse(blob(named).toString()) as Manifest).layers[0];
  if (!layer) throw new Error('the bundled registry has no busybox');
  return gunzipSync(blob(layer));
}

/** A tar ends with blocks of zeros; without them another one may follow. */
function withoutEnd(tar: Uint8Array): Uint8Array {
  let end = tar.length;
  while (end > 0 && tar.subarray(end - 512, end).every((byte) => byte === 0)) end -= 512;
  return tar.subarray(0, end);
}
