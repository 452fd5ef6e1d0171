/** Images in folders that tests put into registries. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestRegistry, user } from './docker-registry.ts';
import { outputOf } from './programs.ts';

/** An OCI image layout, and one image in it. */
export interface Layout {
  readonly folder: string;
  readonly digest: string;
}

const bundledFolder = join(import.meta.dirname, '../../public/registry');

/** The images that come with the page. */
export const layouts = { busybox: bundled('busybox'), helloWorld: bundled('hello-world') } as const;

const sharedFolder = join(import.meta.dirname, '../../../shared/images');

/** Images of others, where ../shared has them. */
export const sharedLayouts = {
  glibc: {
    folder: join(sharedFolder, 'busybox-glibc'),
    digest: 'sha256:011bb4ad411421bd6af53c4af41ecb2c23887229b8df526328d1a8a1fff94dab',
  },
  uclibc: {
    folder: join(sharedFolder, 'busybox-uclibc'),
    digest: 'sha256:6c3bcb9ba190ec7505e20b0230dbbf5d373c544bffee6922bc6a31b77aff3036',
  },
} as const;

function bundled(name: string): Layout {
  const wanted = `docker.io/library/${name}:latest`;
  const found = manifestsOf(bundledFolder).find(
    ({ annotations }) => annotations['io.containerd.image.name'] === wanted,
  );
  if (found === undefined) throw new Error(`${bundledFolder} has no ${wanted}`);
  return { folder: bundledFolder, digest: found.digest };
}

/** Puts an image of a layout into a registry, as skopeo does; more arguments are its own (`--dest-compress-format=zstd`). */
export async function copyToRegistry(
  registry: TestRegistry,
  layout: Layout,
  name: string,
  more: readonly string[] = [],
): Promise<void> {
  const single = layoutOfOne(layout);
  try {
    await outputOf('skopeo', [
      '--insecure-policy',
      'copy',
      '--dest-tls-verify=false',
      `--dest-creds=${user.username}:${user.password}`,
      ...more,
      `oci:${single}:image`,
      `docker://${registry.host}/${name}`,
    ]);
  } finally {
    rmSync(single, { recursive: true });
  }
}

/** skopeo finds images in layouts by their tags alone. */
function layoutOfOne({ folder, digest }: Layout): string {
  const single = mkdtempSync(join(tmpdir(), 'layout-'));
  symlinkSync(join(folder, 'blobs'), join(single, 'blobs'));
  writeFileSync(join(single, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const entry = manifestsOf(folder).find((one) => one.digest === digest);
  const annotations = { 'org.opencontainers.image.ref.name': 'image' };
  const index = { schemaVersion: 2, manifests: [{ ...entry, annotations }] };
  writeFileSync(join(single, 'index.json'), JSON.stringify(index));
  return single;
}

interface Entry {
  readonly digest: string;
  readonly annotations: Readonly<Record<string, string>>;
}

function manifestsOf(folder: string): Entry[] {
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as { manifests: Entry[] };
  return index.manifests;
}
