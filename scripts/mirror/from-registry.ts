import { chooseManifest, machinePlatform } from '../../worker/engine/images/platform.ts';
import { parseIndex } from '../../worker/oci/imageindex.ts';
import { isIndexType } from '../../worker/oci/mediatype.ts';
import type { Reference } from '../../worker/oci/reference.ts';
import { formatReference } from '../../worker/oci/reference.ts';
import type { Credentials } from '../../worker/registry/credentials.ts';
import type { Registries } from '../../worker/registry/registries.ts';
import type { MirroredImage } from './mirrored-image.ts';

/** An image of a registry. Fails with the platforms that there are when linux/386 is not among them. */
export async function imageOfRegistry(
  registries: Registries,
  name: Reference,
  credentials: Credentials | undefined,
): Promise<MirroredImage> {
  const repository = registries.repository(name, credentials);
  const named = await repository.manifest(name.digest ?? name.tag ?? 'latest');
  const shared = {
    names: [name],
    source: formatReference(name),
    open: (blob: { digest: typeof named.digest }, from: number) => repository.blobFrom(blob.digest, from),
  };
  if (!isIndexType(named.mediaType)) return { ...shared, manifest: named };
  const { digest } = chooseManifest(parseIndex(named.text, named.mediaType), machinePlatform);
  return { ...shared, manifest: await repository.manifest(digest), index: named };
}
