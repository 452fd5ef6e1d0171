import { parseImageConfig } from '../../oci/imageconfig.ts';
import { parseIndex } from '../../oci/imageindex.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { isIndexType, mediaTypes } from '../../oci/mediatype.ts';
import type { Platform } from '../../oci/platform.ts';
import { parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { AuthConfig, DistributionInspect } from '../../protocol/engine-api.ts';
import { RegistryError } from '../../registry/errors.ts';
import type { Registries } from '../../registry/registries.ts';
import type { Document, Repository } from '../../registry/repository.ts';
import { BottleshipError } from '../../oci/errors.ts';
import { forbidden, internal } from '../errors.ts';
import { readDocument } from './blob.ts';
import { credentialsOf } from './credentials.ts';

/**
 * What a registry has under a name, without pulling it.
 * https://github.com/moby/moby/blob/v28.5.2/api/server/router/distribution/distribution_routes.go
 */
export async function inspectDistribution(
  registries: Registries,
  name: string,
  auth: AuthConfig | undefined,
): Promise<DistributionInspect> {
  const reference = withDefaultTag(parseReference(name));
  const repository = registries.repository(reference, credentialsOf(auth));
  const wanted = reference.digest ?? reference.tag ?? '';
  try {
    const document = await repository.manifest(wanted);
    const { mediaType, digest, text } = document;
    const size = new TextEncoder().encode(text).length;
    const platforms = await platformsOf(repository, document);
    return { Descriptor: { mediaType, digest, size }, Platforms: platforms.map(described) };
  } catch (error) {
    if (error instanceof RegistryError && (error.status === 401 || error.status === 403))
      throw forbidden(error.message, error);
    if (error instanceof BottleshipError && error.kind === 'internal')
      throw internal(
        `Head "${registries.endpoint(reference.domain)}${reference.path}/manifests/${wanted}": ${error.message}`,
        error,
      );
    throw error;
  }
}

async function platformsOf(
  repository: Repository,
  { text, mediaType }: Document,
): Promise<readonly Platform[]> {
  if (isIndexType(mediaType))
    return parseIndex(text, mediaType).manifests.flatMap(({ platform }) => platform ?? []);
  const { config } = parseManifest(text, mediaType);
  if (config.mediaType !== mediaTypes.dockerConfig && config.mediaType !== mediaTypes.ociConfig) return [];
  return [parseImageConfig(await readDocument(repository.blob(config), config))];
}

function described({ architecture, os, variant }: Platform): DistributionInspect['Platforms'][number] {
  return { architecture, os, ...(variant && { variant }) };
}
