/** The bundled busybox as `docker load` takes it: what the cases are built on, here and where they are recorded. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packTar } from 'modern-tar';

const registry = join(import.meta.dirname, '../../public/registry');

interface Descriptor {
  readonly digest: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export async function savedBusybox(): Promise<Uint8Array> {
  const index = document('index.json') as { manifests: Descriptor[] };
  const name = 'busybox:latest';
  const found = index.manifests.find(({ annotations = {} }) =>
    annotations['io.containerd.image.name']?.endsWith(`/${name}`),
  );
  if (!found) throw new Error(`${name} is not bundled`);
  const manifest = document(blob(found.digest)) as Manifest;
  const config = `${manifest.config.digest.slice(7)}.json`;
  const layers = manifest.layers.map(({ digest }) => `${digest.slice(7)}/layer.tar`);
  const saved = [{ Config: config, RepoTags: [name], Layers: layers }];
  return packTar([
    file('manifest.json', Buffer.from(JSON.stringify(saved))),
    file(config, bytes(blob(manifest.config.digest))),
    ...manifest.layers.map(({ digest }, at) => file(layers[at] ?? '', bytes(blob(digest)))),
  ]);
}

function blob(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function bytes(path: string): Buffer {
  return readFileSync(join(registry, path));
}

function document(path: string): unknown {
  return JSON.parse(String(bytes(path)));
}

function file(name: string, body: Buffer) {
  return { header: { name, size: body.length, mode: 0o644 }, body: new Uint8Array(body) };
}
