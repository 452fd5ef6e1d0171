import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { digestAlgorithm, digestHex } from '../../oci/digest.ts';
import type { ImageIndex } from '../../oci/imageindex.ts';
import { parseIndex } from '../../oci/imageindex.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { isIndexType, mediaTypes } from '../../oci/mediatype.ts';
import type { Platform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import { familiarName, formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import { BottleshipError } from '../../oci/errors.ts';
import { notFound } from '../errors.ts';
import { chunksOf } from '../../content/chunks.ts';
import { readDocument } from './blob.ts';
import { chooseManifest, machinePlatform } from './platform.ts';
import type { FoundImage, ImageSource } from './source.ts';

/** Fetches a file of the bundled registry, by its path there. */
export type FetchBlob = (path: string) => Promise<Response>;

/**
 * The images that come with the page: an OCI image layout (https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md)
 * of static files, whose index.json names them by annotation.
 */
export class BundledImages implements ImageSource {
  readonly #fetch: FetchBlob;

  constructor(fetchBlob: FetchBlob) {
    this.#fetch = fetchBlob;
  }

  async resolve(reference: Reference, platform: Platform): Promise<FoundImage> {
    const named = await this.#named(reference);
    const descriptor = await this.#manifestOf(named, platform);
    const manifest = parseManifest(await this.#text(descriptor), descriptor.mediaType);
    return { digest: named.digest, manifest, open: (blob) => this.#open(blob.digest) };
  }

  /** What only this working tree has is in an index of its own, which a clone lacks. */
  async #named(reference: Reference): Promise<Descriptor> {
    const index = parseIndex(await (await this.#get('index.json')).text());
    const found = entryOf(index, reference) ?? entryOf(await this.#localIndex(), reference);
    if (found === undefined) throw denied(reference);
    return found;
  }

  /** A server may answer with a page of its own for what it does not have. */
  async #localIndex(): Promise<ImageIndex> {
    try {
      return parseIndex(await (await this.#get('index.local.json')).text());
    } catch {
      return { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [] };
    }
  }

  async #manifestOf(named: Descriptor, platform: Platform): Promise<Descriptor> {
    if (!isIndexType(named.mediaType)) return named;
    return chooseManifest(parseIndex(await this.#text(named), named.mediaType), platform);
  }

  async #text(document: Descriptor): Promise<string> {
    return readDocument(await this.#open(document.digest), document);
  }

  async #open(digest: Digest): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#get(`blobs/${digestAlgorithm(digest)}/${digestHex(digest)}`);
    if (response.body === null) throw new BottleshipError('unavailable', `empty answer for ${digest}`);
    return chunksOf(response.body);
  }

  async #get(path: string): Promise<Response> {
    const response = await this.#fetch(path);
    if (response.ok) return response;
    throw new BottleshipError('unavailable', `registry/${path}: ${response.status} ${response.statusText}`);
  }
}

/** Several entries may share a name, one a platform; an index of their own is looked into later. */
function entryOf({ manifests }: ImageIndex, reference: Reference): Descriptor | undefined {
  const wanted = formatReference(reference);
  const found = manifests.filter((entry) => nameOf(entry) === wanted || entry.digest === reference.digest);
  return found.find(({ platform }) => platform?.architecture === machinePlatform.architecture) ?? found[0];
}

function nameOf({ annotations = {} }: Descriptor): string | undefined {
  const name = annotations['io.containerd.image.name'] ?? annotations['org.opencontainers.image.ref.name'];
  try {
    return name === undefined ? undefined : formatReference(withDefaultTag(parseReference(name)));
  } catch {
    return undefined;
  }
}

/** Docker Hub's answer to a name that it does not know. */
function denied(reference: Reference): Error {
  return notFound(
    `pull access denied for ${familiarName(reference)}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
  );
}
