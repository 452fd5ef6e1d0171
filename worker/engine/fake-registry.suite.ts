import { rawTar } from '../layers/tarfixture.suite.ts';
import type { Digest } from '../oci/digest.ts';
import { parseDigest } from '../oci/digest.ts';

export interface ImageFixture {
  readonly name: string;
  readonly config?: object;
  readonly layers?: readonly Uint8Array<ArrayBuffer>[];
  readonly architectures?: readonly string[];
}

/** A bundled registry in memory, which counts what it is asked for. */
export class FakeRegistry {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly requests: string[] = [];
  readonly #entries: object[] = [];

  readonly fetch = async (path: string): Promise<Response> => {
    this.requests.push(path);
    const bytes = this.files.get(path);
    return bytes === undefined ? new Response(null, { status: 404 }) : new Response(bytes);
  };

  async add({
    name,
    config = {},
    layers = [tarOf(name)],
    architectures = ['386'],
  }: ImageFixture): Promise<void> {
    const manifests = await Promise.all(
      architectures.map(async (architecture) => ({
        ...(await this.#manifest(architecture, config, layers)),
        platform: { os: 'linux', architecture },
      })),
    );
    const attestation = { ...manifests[0], platform: { os: 'unknown', architecture: 'unknown' } };
    const index = { schemaVersion: 2, mediaType: ociIndex, manifests: [attestation, ...manifests] };
    const descriptor = await this.#blob(bytesOf(JSON.stringify(index)), ociIndex);
    this.#entries.push({ ...descriptor, annotations: { 'io.containerd.image.name': name } });
    this.files.set('index.json', bytesOf(JSON.stringify({ schemaVersion: 2, manifests: this.#entries })));
  }

  async #manifest(
    architecture: string,
    config: object,
    layers: readonly Uint8Array<ArrayBuffer>[],
  ): Promise<object> {
    const diffIds = await Promise.all(layers.map(digestOf));
    const imageConfig = {
      architecture,
      os: 'linux',
      created: '2026-01-01T00:00:00Z',
      config,
      rootfs: { type: 'layers', diff_ids: diffIds },
    };
    const manifest = {
      schemaVersion: 2,
      mediaType: ociManifest,
      config: await this.#blob(
        bytesOf(JSON.stringify(imageConfig)),
        'application/vnd.oci.image.config.v1+json',
      ),
      layers: await Promise.all(
        layers.map(async (layer) =>
          this.#blob(await gzip(layer), 'application/vnd.oci.image.layer.v1.tar+gzip'),
        ),
      ),
    };
    return this.#blob(bytesOf(JSON.stringify(manifest)), ociManifest);
  }

  async #blob(
    bytes: Uint8Array<ArrayBuffer>,
    mediaType: string,
  ): Promise<{ digest: Digest; size: number; mediaType: string }> {
    const digest = await digestOf(bytes);
    this.files.set(`blobs/${digest.replace(':', '/')}`, bytes);
    return { digest, size: bytes.length, mediaType };
  }
}

/** A layer that holds one file. */
function tarOf(content: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(rawTar({ name: 'file', data: content }));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

const ociIndex = 'application/vnd.oci.image.index.v1+json';
const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<Digest> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return parseDigest(`sha256:${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`);
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
