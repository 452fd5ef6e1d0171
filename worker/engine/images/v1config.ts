import { written } from '../../build/config.ts';
import { createHasher } from '../../content/hasher.ts';
import type { ChainId } from '../../oci/chainid.ts';
import type { Digest } from '../../oci/digest.ts';
import { digestHex } from '../../oci/digest.ts';
import { goJson } from '../../oci/gojson.ts';
import type { ContainerConfig } from '../../protocol/engine-api.ts';

type Json = Readonly<Record<string, unknown>>;

/** What Docker before 1.10 reads of an image: a document a layer, each with an ID of its own and its parent's. */
export interface V1Config {
  readonly id: string;
  readonly text: string;
}

/**
 * The documents for an image's layers, the lowest first; only the last one tells of the image.
 * https://github.com/moby/moby/blob/v28.5.2/image/tarexport/save.go (saveImage), image/v1/imagev1.go (CreateID)
 */
export async function v1Configs(configText: string, chain: readonly ChainId[]): Promise<V1Config[]> {
  const image = JSON.parse(configText) as Json;
  const configs: V1Config[] = [];
  for (const [at, layer] of chain.entries()) {
    const isLast = at === chain.length - 1;
    const document = isLast ? v1Members(image) : { created: epoch, container_config: written({}) };
    const parent = configs.at(-1)?.id;
    const id = await idOf({ ...document, layer_id: layer, ...(parent && { parent: `sha256:${parent}` }) });
    configs.push({
      id,
      text: goJson({
        id,
        ...(parent && { parent }),
        ...document,
        ...(image['os'] ? { os: image['os'] } : {}),
      }),
    });
  }
  return configs;
}

const epoch = '1970-01-01T00:00:00Z';

/** What Docker's V1Image has of a document, in Go's order, but for `id`, `parent` and `Size`. */
export function v1Members(image: Json): Json {
  const config = image['config'] as ContainerConfig | undefined;
  return {
    ...present(image, 'comment'),
    created: image['created'] ?? null,
    ...present(image, 'container'),
    container_config: written(image['container_config'] ?? {}),
    ...present(image, 'docker_version'),
    ...present(image, 'author'),
    ...(config && { config: written(config) }),
    ...present(image, 'architecture'),
    ...present(image, 'variant'),
    ...present(image, 'os'),
  };
}

function present(from: Json, name: string): Json {
  return from[name] ? { [name]: from[name] } : {};
}

function sorted(value: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function idOf(document: Json): Promise<string> {
  const hasher = await createHasher();
  hasher.update(new TextEncoder().encode(goJson(sorted(document))));
  const digest: Digest = hasher.digest();
  return digestHex(digest);
}
