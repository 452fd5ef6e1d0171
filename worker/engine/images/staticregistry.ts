import { chunksOf, without } from '../../content/chunks.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { digestAlgorithm, digestHex } from '../../oci/digest.ts';
import { BottleshipError } from '../../oci/errors.ts';
import type { ImageIndex } from '../../oci/imageindex.ts';
import { parseIndex } from '../../oci/imageindex.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { isIndexType, mediaTypes } from '../../oci/mediatype.ts';
import type { Platform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import { familiarName, familiarReference, parseReference } from '../../oci/reference.ts';
import { indexOf, nameOf } from '../../oci/staticindex.ts';
import { notFound } from '../errors.ts';
import { readDocument } from './blob.ts';
import { chooseManifest } from './platform.ts';
import type { FoundImage, ImageSource } from './source.ts';

/** Fetches a file of a static registry, by its path there. */
export type FetchBlob = (path: string, init?: RequestInit) => Promise<Response>;

export interface StaticRegistryOptions {
  readonly fetch: FetchBlob;
  /** How people know the folder, for messages. */
  readonly address: string;
  /** The files that name images, in the order they are asked; the first must be there. */
  readonly indexes: readonly string[];
  /** What names of its images begin with for those who pull; the index may leave it out. */
  readonly name?: string;
}

/** What an index says of one name. */
interface Named {
  readonly descriptor: Descriptor;
  readonly name: Reference | undefined;
}

/**
 * A folder of files on any web server: an OCI image layout
 * (https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md) whose index.json names the images by
 * annotation. See kernel-image/images/README.md.
 */
export class StaticRegistry implements ImageSource {
  readonly #options: StaticRegistryOptions;

  constructor(options: StaticRegistryOptions) {
    this.#options = options;
  }

  async resolve(reference: Reference, platform: Platform): Promise<FoundImage> {
    const meant = this.#namesOf(reference);
    const found = (await this.#entries()).filter((entry) => meant.some((name) => isMeant(entry, name)));
    if (found.length === 0) throw denied(reference);
    const { named, chosen } = await this.#choose(
      found.map(({ descriptor }) => descriptor),
      platform,
    );
    const manifest = parseManifest(await this.#text(chosen), chosen.mediaType);
    const digest = (await this.#knownAs(named)) ?? named.digest;
    return { digest, manifest, open: (blob, _, from) => this.#open(blob.digest, from) };
  }

  async tags(repository: Reference): Promise<string[]> {
    const meant = this.#namesOf(repository);
    const tags = (await this.#entries()).flatMap(({ name }) =>
      name?.tag !== undefined && meant.some((one) => isSameRepository(name, one)) ? [name.tag] : [],
    );
    if (tags.length === 0) throw denied(repository);
    return [...new Set(tags)].sort();
  }

  async names(): Promise<Reference[]> {
    return (await this.#entries()).flatMap(({ name }) => (name === undefined ? [] : [name]));
  }

  async #entries(): Promise<Named[]> {
    const [first = '', ...more] = this.#options.indexes;
    const indexes = [
      parseIndex(await (await this.#get(first)).text()),
      ...(await Promise.all(more.map((path) => this.#optional(path)))),
    ];
    return indexes.flatMap(({ manifests }) =>
      manifests.map((descriptor) => ({ descriptor, name: nameOf(descriptor) })),
    );
  }

  /** A server may answer with a page of its own for what it does not have. */
  async #optional(path: string): Promise<ImageIndex> {
    try {
      return parseIndex(await (await this.#get(path)).text());
    } catch {
      return { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [] };
    }
  }

  /** A name as it is, and without the beginning that this registry has for itself. */
  #namesOf(reference: Reference): Reference[] {
    const own = `${this.#options.name ?? ''}/`;
    const text = familiarReference(reference);
    return text.startsWith(own) ? [reference, parseReference(text.slice(own.length))] : [reference];
  }

  /** Several entries may share a name, one a platform; or one is an index of its own. */
  async #choose(
    found: readonly Descriptor[],
    platform: Platform,
  ): Promise<{ named: Descriptor; chosen: Descriptor }> {
    const index = found.find(({ mediaType }) => isIndexType(mediaType));
    if (index !== undefined) {
      const inside = parseIndex(await this.#text(index), index.mediaType);
      return { named: index, chosen: chooseManifest(inside, platform) };
    }
    const chosen =
      found.find((entry) => entry.platform === undefined) ??
      chooseManifest({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: found }, platform);
    return { named: chosen, chosen };
  }

  /** The index that the image had in the registry it was taken from: people know it by that digest. */
  async #knownAs(named: Descriptor): Promise<Digest | undefined> {
    const index = indexOf(named);
    if (index === undefined) return undefined;
    const { manifests } = parseIndex(await this.#text(index));
    return manifests.some(({ digest }) => digest === named.digest) ? index.digest : undefined;
  }

  async #text(document: Pick<Descriptor, 'digest' | 'size'>): Promise<string> {
    return readDocument(await this.#open(document.digest), document);
  }

  /** A server that knows no ranges sends all of it. */
  async #open(digest: Digest, from = 0): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#get(`blobs/${digestAlgorithm(digest)}/${digestHex(digest)}`, from);
    if (response.body === null) throw new BottleshipError('unavailable', `empty answer for ${digest}`);
    return without(chunksOf(response.body), response.status === 206 ? 0 : from);
  }

  async #get(path: string, from = 0): Promise<Response> {
    const where = `${this.#options.address}${path}`;
    const response = await this.#options
      .fetch(path, from > 0 ? { headers: { Range: `bytes=${from}-` } } : undefined)
      .catch((error: unknown) => {
        throw new BottleshipError('unavailable', unreachable(where, error), { cause: error });
      });
    if (response.ok) return response;
    throw new BottleshipError('unavailable', `${where}: ${response.status} ${response.statusText}`.trim());
  }
}

function unreachable(where: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `${where} cannot be fetched: ${reason}. A registry on another site must let pages read it (CORS).`;
}

/** By a digest: the manifest's own, or that of the index it was taken from; by a tag otherwise. */
function isMeant({ descriptor, name }: Named, reference: Reference): boolean {
  if (name === undefined || !isSameRepository(name, reference)) return false;
  if (reference.digest === undefined) return name.tag === reference.tag;
  return descriptor.digest === reference.digest || indexOf(descriptor)?.digest === reference.digest;
}

function isSameRepository(a: Reference, b: Reference): boolean {
  return a.domain === b.domain && a.path === b.path;
}

/** Docker Hub's answer to a name that it does not know. */
function denied(reference: Reference): Error {
  return notFound(
    `pull access denied for ${familiarName(reference)}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
  );
}
