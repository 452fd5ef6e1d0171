/** The images of the recordings, out of the real data beside the repository, as files of a bundled registry. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const folder = join(import.meta.dirname, '../../../shared/images');
const rootfs = join(folder, 'alpine/alpine-minirootfs-3.20.3-x86.tar.gz');
const busybox = join(folder, 'busybox-uclibc');

export const imagesMissing = [rootfs, busybox].find((path) => !existsSync(path));

const platform = { architecture: '386', os: 'linux' };

/** Answers requests for the registry's files. */
export function goldenRegistry(own: (path: string) => Buffer): (path: string) => Response | undefined {
  const blobs = new Map<string, Buffer>();
  const add = (bytes: Buffer): string => {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    blobs.set(digest, bytes);
    return digest;
  };
  const alpine = add(Buffer.from(alpineManifest(add)));
  const index = JSON.parse(String(own('registry/index.json'))) as { manifests: Named[] };
  const hello = index.manifests.find(({ annotations }) =>
    annotations?.['io.containerd.image.name']?.includes('hello-world'),
  );
  const blob = (digest: string) => own(`registry/blobs/${digest.replace(':', '/')}`);
  const manifests = [
    named(
      'hello-world:latest',
      add(Buffer.from(renewed(String(blob(hello?.digest ?? '')), blob, add))),
      blobs,
    ),
    named('alpine:latest', alpine, blobs),
    named('alpine:3.20', alpine, blobs),
    ...busyboxManifests(blobs),
  ];
  return (path) => {
    if (path === 'registry/index.json') return new Response(JSON.stringify({ ...index, manifests }));
    const [, hex] = /blobs\/sha256\/([0-9a-f]{64})$/.exec(path) ?? [];
    const bytes = hex && blobs.get(`sha256:${hex}`);
    return bytes ? new Response(new Uint8Array(bytes)) : undefined;
  };
}

/** The recording's images were made when it was. */
const created = new Date(Date.now() - 120_000).toISOString();

/** An image's manifest, with a config that was made now. */
function renewed(text: string, blob: (digest: string) => Buffer, add: (bytes: Buffer) => string): string {
  const manifest = JSON.parse(text) as { config: { digest: string; size: number } };
  const config = { ...(JSON.parse(String(blob(manifest.config.digest))) as object), created };
  const bytes = Buffer.from(JSON.stringify(config));
  return JSON.stringify({
    ...manifest,
    config: { ...manifest.config, digest: add(bytes), size: bytes.length },
  });
}

interface Named {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Record<string, string>;
}

function named(name: string, digest: string, blobs: Map<string, Buffer>): Named {
  return {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest,
    size: blobs.get(digest)?.length ?? 0,
    annotations: { 'io.containerd.image.name': `docker.io/library/${name}` },
  };
}

/** As `docker build` with the image's own Dockerfile made it. */
function alpineManifest(add: (bytes: Buffer) => string): string {
  const layer = readFileSync(rootfs);
  const diffId = `sha256:${createHash('sha256').update(gunzipSync(layer)).digest('hex')}`;
  const file = 'file:00e6c22c1917031dd97c411814ae384c25a7f2bb91890494a73ea34f3c168453';
  const config = Buffer.from(
    JSON.stringify({
      ...platform,
      created,
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        Cmd: ['/bin/sh'],
      },
      rootfs: { type: 'layers', diff_ids: [diffId] },
      history: [
        { created, created_by: `/bin/sh -c #(nop) ADD ${file} in / ` },
        { created, created_by: '/bin/sh -c #(nop)  CMD ["/bin/sh"]', empty_layer: true },
      ],
    }),
  );
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: add(config),
      size: config.length,
    },
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: add(layer),
        size: layer.length,
      },
    ],
  });
}

function busyboxManifests(blobs: Map<string, Buffer>): Named[] {
  const index = JSON.parse(readFileSync(join(busybox, 'index.json'), 'utf8')) as { manifests: Named[] };
  for (const hex of [
    '3d81dbeadea4fb01e73b36a9f7c48b50bbcb1e1e85fec9378e9641aa40a6837b',
    '6a6ca5d461217321629ad6d2b60a8cdf89a07b73a66d328eebcaafa9a6ca23b6',
    '6c3bcb9ba190ec7505e20b0230dbbf5d373c544bffee6922bc6a31b77aff3036',
  ])
    blobs.set(`sha256:${hex}`, readFileSync(join(busybox, 'blobs/sha256', hex)));
  const [first] = index.manifests;
  return first
    ? [{ ...first, annotations: { 'io.containerd.image.name': 'docker.io/library/busybox:latest' } }]
    : [];
}
