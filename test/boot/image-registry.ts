/** Images made by tests, put in front of the engine as a registry of static files. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { TestMachine } from './machine.ts';

const sha256 = (bytes: Uint8Array | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Static files of a registry with one image of these layers, the lowest first. */
export function registryOf(
  name: string,
  layers: readonly Uint8Array[],
  imageConfig: Record<string, unknown> = {},
): Map<string, Uint8Array> {
  const packed = layers.map((layer) => gzipSync(layer, { level: 1 }));
  const config = JSON.stringify({
    architecture: '386',
    os: 'linux',
    config: { Cmd: ['sh'], Env: ['PATH=/bin:/usr/bin:/sbin:/usr/sbin'], ...imageConfig },
    rootfs: { type: 'layers', diff_ids: layers.map(sha256) },
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor('application/vnd.oci.image.config.v1+json', Buffer.from(config)),
    layers: packed.map((bytes) => descriptor('application/vnd.oci.image.layer.v1.tar+gzip', bytes)),
  });
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        ...descriptor('application/vnd.oci.image.manifest.v1+json', Buffer.from(manifest)),
        platform: { architecture: '386', os: 'linux' },
        annotations: { 'io.containerd.image.name': `docker.io/library/${name}:latest` },
      },
    ],
  });
  const blobs = [Buffer.from(config), Buffer.from(manifest), ...packed];
  const files = blobs.map((bytes) => [`registry/blobs/${sha256(bytes).replace(':', '/')}`, bytes] as const);
  return new Map<string, Uint8Array>([...files, ['registry/index.json', Buffer.from(index)]]);
}

function descriptor(mediaType: string, bytes: Uint8Array) {
  return { mediaType, digest: sha256(bytes), size: bytes.length };
}

/** Answers with the image's files and leaves everything else to the folder. */
export function startWith(files: ReadonlyMap<string, Uint8Array>): Promise<TestMachine> {
  return TestMachine.start({
    answer: (path) => {
      const bytes = files.get(path);
      return bytes && new Response(new Uint8Array(bytes));
    },
  });
}

const json = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());

/** The rootfs of the bundled busybox, as a layer to build on. */
export function busyboxLayer(): Uint8Array {
  const registry = join(import.meta.dirname, '../../public/registry');
  const read = (digest: string) => readFileSync(join(registry, 'blobs', digest.replace(':', '/')));
  const index = json(readFileSync(join(registry, 'index.json'))) as {
    manifests: { digest: string; annotations: Record<string, string> }[];
  };
  const found = index.manifests.find((one) =>
    one.annotations['io.containerd.image.name']?.includes('busybox'),
  );
  const manifest = json(read(found?.digest ?? '')) as { layers: { digest: string }[] };
  return gunzipSync(read(manifest.layers[0]?.digest ?? ''));
}
