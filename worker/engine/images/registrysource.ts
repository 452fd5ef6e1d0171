import { parseIndex } from '../../oci/imageindex.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { isIndexType } from '../../oci/mediatype.ts';
import type { Platform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import { familiarName, familiarReference } from '../../oci/reference.ts';
import { RegistryError } from '../../registry/errors.ts';
import type { Registries } from '../../registry/registries.ts';
import { notFound } from '../errors.ts';
import { chooseManifest } from './platform.ts';
import type { FoundImage, ImageSource } from './source.ts';

/** Images of registries, by the domain of their names. */
export class RegistryImages implements ImageSource {
  readonly #registries: Registries;

  constructor(registries: Registries) {
    this.#registries = registries;
  }

  async resolve(reference: Reference, platform: Platform): Promise<FoundImage> {
    const repository = this.#registries.repository(reference);
    try {
      const named = await repository.manifest(reference.digest ?? reference.tag ?? 'latest');
      const chosen = isIndexType(named.mediaType)
        ? await repository.manifest(chooseManifest(parseIndex(named.text, named.mediaType), platform).digest)
        : named;
      const manifest = parseManifest(chosen.text, chosen.mediaType);
      return { digest: named.digest, manifest, open: async (blob) => repository.blob(blob) };
    } catch (error) {
      throw inDockersWords(error, reference);
    }
  }

  async tags(repository: Reference): Promise<string[]> {
    try {
      const tags: string[] = [];
      for await (const tag of this.#registries.repository(repository).tags()) tags.push(tag);
      return tags;
    } catch (error) {
      throw inDockersWords(error, repository);
    }
  }
}

/** https://github.com/moby/moby/blob/v28.5.2/distribution/errors.go (translatePullError) */
function inDockersWords(error: unknown, reference: Reference): unknown {
  if (!(error instanceof RegistryError)) return error;
  const { code, message, status } = error;
  if (code === 'MANIFEST_UNKNOWN' || (code === undefined && status === 404))
    return notFound(`manifest for ${familiarReference(reference)} not found: ${message}`, error);
  if (code === 'DENIED' || code === 'UNAUTHORIZED' || code === 'NAME_UNKNOWN')
    return notFound(
      `pull access denied for ${familiarName(reference)}, repository does not exist or may require 'docker login': ${message}`,
      error,
    );
  return error;
}
