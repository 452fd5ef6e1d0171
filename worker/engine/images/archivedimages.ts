import { createHasher } from '../../content/hasher.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { digestAlgorithm, digestHex } from '../../oci/digest.ts';
import { invalid } from '../../oci/errors.ts';
import { parseIndex } from '../../oci/imageindex.ts';
import { list, member, object, optionalMembers, parseJson, string } from '../../oci/json.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { isIndexType } from '../../oci/mediatype.ts';
import type { Platform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import { parseReference, withDefaultTag } from '../../oci/reference.ts';
import { nameOf } from '../../oci/staticindex.ts';
import type { Document } from '../../registry/repository.ts';
import type { ImageArchive } from './archive.ts';
import { chooseManifest } from './platform.ts';

/** An image as an archive describes it. */
export interface ArchivedImage {
  readonly configText: string;
  readonly names: readonly Reference[];
  /** The ID of the image that it was made from, which may be in the archive. */
  readonly parent?: string;
  /** The lowest first. */
  readonly layers: readonly ArchivedLayer[];
  /** Of an image layout. */
  readonly manifest?: Document;
}

export interface ArchivedLayer {
  readonly path: string;
  /** Bytes in the archive. */
  readonly size: number;
  /** What an image layout says of it; a `docker save` tar says nothing. */
  readonly blob?: Descriptor;
}

/** The images of a `docker save` tar, or of an OCI image layout in a tar. Fails with `invalid` when it is neither. */
export function archivedImages(archive: ImageArchive, platform: Platform): Promise<ArchivedImage[]> {
  if (archive.has('manifest.json')) return dockerImages(archive);
  if (archive.has('index.json')) return ociImages(archive, platform);
  throw invalid('invalid archive: it has neither a manifest.json nor an index.json nor repositories');
}

/** https://github.com/moby/moby/blob/v28.5.2/image/spec/spec.md */
async function dockerImages(archive: ImageArchive): Promise<ArchivedImage[]> {
  const entries = list(dockerEntry)(
    parseJson(await archive.text('manifest.json'), 'manifest.json'),
    'manifest.json',
  );
  return Promise.all(
    entries.map(async ({ config, tags, parent, layers }) => ({
      ...(parent && { parent }),
      configText: await archive.text(config),
      names: tags.map((tag) => withDefaultTag(parseReference(tag))),
      layers: layers.map((path) => ({ path, size: archive.size(path) })),
    })),
  );
}

interface DockerEntry {
  readonly config: string;
  readonly tags: string[];
  readonly parent: string | undefined;
  readonly layers: string[];
}

const dockerEntry = (value: unknown, where: string): DockerEntry => {
  const from = object(value, where);
  // An image without a name has null here.
  const named =
    from['RepoTags'] === null
      ? {}
      : optionalMembers<{ RepoTags?: string[] }>(from, { RepoTags: list(string) }, where);
  return {
    config: member(from, 'Config', string, where),
    tags: named.RepoTags ?? [],
    parent: optionalMembers<{ Parent?: string }>(from, { Parent: string }, where).Parent,
    layers: from['Layers'] === null ? [] : member(from, 'Layers', list(string), where),
  };
};

async function ociImages(archive: ImageArchive, platform: Platform): Promise<ArchivedImage[]> {
  const { manifests } = parseIndex(await archive.text('index.json'));
  return Promise.all(manifests.map((descriptor) => ociImage(archive, descriptor, platform)));
}

async function ociImage(
  archive: ImageArchive,
  named: Descriptor,
  platform: Platform,
): Promise<ArchivedImage> {
  const chosen = isIndexType(named.mediaType)
    ? chooseManifest(parseIndex(await document(archive, named), named.mediaType), platform)
    : named;
  const { digest, mediaType } = chosen;
  const text = await document(archive, chosen);
  const { config, layers } = parseManifest(text, mediaType);
  const name = nameOf(named);
  return {
    manifest: { digest, mediaType, text },
    configText: await document(archive, config),
    names: name === undefined ? [] : [name],
    layers: layers.map((blob) => ({ path: blobPath(blob), size: blob.size, blob })),
  };
}

async function document(archive: ImageArchive, descriptor: Descriptor): Promise<string> {
  const text = await archive.text(blobPath(descriptor));
  if ((await digestOfText(text, digestAlgorithm(descriptor.digest))) !== descriptor.digest)
    throw invalid(`invalid archive: ${blobPath(descriptor)} does not have the digest that it is named by`);
  return text;
}

function blobPath({ digest }: Pick<Descriptor, 'digest'>): string {
  return `blobs/${digestAlgorithm(digest)}/${digestHex(digest)}`;
}

/** The digest of a document's bytes. */
export async function digestOfText(text: string, algorithm?: string): Promise<Digest> {
  const hasher = await createHasher(algorithm);
  hasher.update(new TextEncoder().encode(text));
  return hasher.digest();
}
