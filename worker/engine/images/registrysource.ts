import { parseIndex } from '../../oci/imageindex.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { isIndexType, isSchema1Type } from '../../oci/mediatype.ts';
import type { Platform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import { familiarName, familiarReference, formatReference } from '../../oci/reference.ts';
import { RegistryError } from '../../registry/errors.ts';
import type { Registries } from '../../registry/registries.ts';
import { BottleshipError } from '../../oci/errors.ts';
import { internal, invalid, notFound } from '../errors.ts';
import { chooseManifest } from './platform.ts';
import type { FoundImage, ImageSource, SourceRequest } from './source.ts';

/** Images of registries, by the domain of their names. */
export class RegistryImages implements ImageSource {
  readonly #registries: Registries;

  constructor(registries: Registries) {
    this.#registries = registries;
  }

  async resolve(
    reference: Reference,
    platform: Platform,
    { credentials, signal, onWait }: SourceRequest = {},
  ): Promise<FoundImage> {
    const repository = this.#registries.repository(reference, credentials, onWait);
    try {
      signal?.throwIfAborted();
      const named = await repository.manifest(reference.digest ?? reference.tag ?? 'latest');
      if (isSchema1Type(named.mediaType)) throw schema1(reference);
      const chosen = isIndexType(named.mediaType)
        ? await repository.manifest(chooseManifest(parseIndex(named.text, named.mediaType), platform).digest)
        : named;
      const manifest = parseManifest(chosen.text, chosen.mediaType);
      return {
        digest: named.digest,
        manifest,
        open: async (blob, patience, from) => repository.unchecked(blob, patience, from),
        repository: { domain: reference.domain, path: reference.path },
      };
    } catch (error) {
      throw inDockersWords(error, reference, this.#registries);
    }
  }

  async tags(repository: Reference, { credentials, onWait }: SourceRequest = {}): Promise<string[]> {
    try {
      const tags: string[] = [];
      const asked = this.#registries.repository(repository, credentials, onWait);
      for await (const tag of asked.tags()) tags.push(tag);
      return tags;
    } catch (error) {
      throw inDockersWords(error, repository, this.#registries);
    }
  }
}

/** https://github.com/moby/moby/blob/v28.5.2/distribution/errors.go (DeprecatedSchema1ImageError) */
function schema1(reference: Reference): Error {
  return invalid(
    '[DEPRECATION NOTICE] Docker Image Format v1 and Docker Image manifest version 2, schema 1 support is disabled by default ' +
      `and will be removed in an upcoming release. Suggest the author of ${formatReference(reference)} to upgrade the image to ` +
      'the OCI Format or Docker Image manifest v2, schema 2. More information at https://docs.docker.com/go/deprecated-image-specs/',
  );
}

/** https://github.com/moby/moby/blob/v28.5.2/distribution/errors.go (translatePullError) */
function inDockersWords(error: unknown, reference: Reference, registries: Registries): unknown {
  if (!(error instanceof RegistryError)) return asRequest(error, reference, registries);
  const { code, message, status } = error;
  const [name, repository] = [familiarReference(reference), familiarName(reference)];
  const isTagged = reference.tag !== undefined || reference.digest !== undefined;
  if (isTagged && (code === 'MANIFEST_UNKNOWN' || (code === undefined && status === 404)))
    return notFound(`manifest for ${name} not found: ${message}`, error);
  if (code === 'NAME_UNKNOWN') return notFound(`repository ${repository} not found: ${message}`, error);
  if (code === 'DENIED' || code === 'UNAUTHORIZED')
    return notFound(
      `pull access denied for ${repository}, repository does not exist or may require 'docker login': ${message}`,
      error,
    );
  return error;
}

/** What the registry itself has not said is told with the request that it was about. */
function asRequest(error: unknown, reference: Reference, registries: Registries): unknown {
  if (!(error instanceof BottleshipError) || error.kind !== 'internal') return error;
  const what = `manifests/${reference.digest ?? reference.tag ?? 'latest'}`;
  return internal(
    `Head "${registries.endpoint(reference.domain)}${reference.path}/${what}": ${error.message}`,
    error,
  );
}
