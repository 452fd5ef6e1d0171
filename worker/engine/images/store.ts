import type { Digest } from '../../oci/digest.ts';
import type { Reference } from '../../oci/reference.ts';
import {
  familiarName,
  familiarReference,
  formatReference,
  parseReference,
  withDefaultTag,
} from '../../oci/reference.ts';
import type { Instant } from '../clock.ts';
import { invalid, notFound } from '../errors.ts';
import type { MetadataStore } from '../metadata/store.ts';
import type { Image, ImageRecord } from './image.ts';
import { openImage } from './image.ts';

/** What a name stands for. */
export interface NameRecord {
  readonly image: Digest;
  /** Of the index or manifest that the name stood for when it was pulled. */
  readonly digest: Digest | undefined;
  readonly taggedAt: Instant;
}

const imagePrefix = 'image:';
const namePrefix = 'name:';

/** The images that are here, by ID and by name. Held in memory, and written through to the metadata store. */
export class ImageStore {
  readonly #metadata: MetadataStore;
  readonly #images = new Map<Digest, Image>();
  readonly #names = new Map<string, NameRecord>();

  private constructor(metadata: MetadataStore) {
    this.#metadata = metadata;
  }

  /** Reads what an earlier visit has left. */
  static async open(metadata: MetadataStore): Promise<ImageStore> {
    const store = new ImageStore(metadata);
    const [images, names] = await Promise.all([metadata.entries(imagePrefix), metadata.entries(namePrefix)]);
    for (const [, record] of images) store.#keep(openImage(record as ImageRecord));
    for (const [key, record] of names) store.#names.set(key.slice(namePrefix.length), record as NameRecord);
    return store;
  }

  all(): Image[] {
    return [...this.#images.values()];
  }

  has(id: Digest): boolean {
    return this.#images.has(id);
  }

  /** By name, ID or the beginning of an ID. */
  get(text: string): Image {
    const image = this.find(text);
    if (image === undefined) throw notFound(`No such image: ${asTyped(text)}`);
    return image;
  }

  find(text: string): Image | undefined {
    return this.#byName(text) ?? this.#byId(text);
  }

  /** What the name stood for, if anything. */
  named(reference: Reference): NameRecord | undefined {
    return this.#names.get(formatReference(reference));
  }

  /** Short names, as `docker images` shows them. */
  tagsOf(id: Digest): string[] {
    return this.#references(id)
      .map(({ reference }) => familiarReference(reference))
      .sort();
  }

  /** `busybox@sha256:...`, one a repository and digest. */
  digestsOf(id: Digest): string[] {
    const all = this.#references(id).flatMap(({ reference, digest }) =>
      digest === undefined ? [] : [`${familiarName(reference)}@${digest}`],
    );
    return [...new Set(all)].sort();
  }

  /** When a name was last given to the image. */
  lastTagged(id: Digest): Instant | undefined {
    return this.#references(id).reduce<Instant | undefined>(
      (last, { taggedAt }) => Math.max(last ?? 0, taggedAt),
      undefined,
    );
  }

  /** Resolves when the image will outlive a reload. */
  async add(record: ImageRecord): Promise<void> {
    this.#keep(openImage(record));
    await this.#metadata.set(imagePrefix + record.id, record);
  }

  async tag(reference: Reference, record: NameRecord): Promise<void> {
    const name = formatReference(reference);
    this.#names.set(name, record);
    await this.#metadata.set(namePrefix + name, record);
  }

  #keep(image: Image): void {
    this.#images.set(image.id, image);
  }

  #references(id: Digest): (NameRecord & { reference: Reference })[] {
    return [...this.#names].flatMap(([name, record]) =>
      record.image === id ? [{ ...record, reference: parseReference(name) }] : [],
    );
  }

  #byName(text: string): Image | undefined {
    const reference = tryParse(text);
    if (reference === undefined) return undefined;
    const tagged = this.#names.get(formatReference(withDefaultTag(withoutDigest(reference))));
    if (reference.digest === undefined) return tagged && this.#images.get(tagged.image);
    return this.#byRepoDigest(reference, reference.digest);
  }

  #byRepoDigest(wanted: Reference, digest: Digest): Image | undefined {
    for (const [name, record] of this.#names) {
      const { domain, path } = parseReference(name);
      if (record.digest === digest && domain === wanted.domain && path === wanted.path)
        return this.#images.get(record.image);
    }
    return undefined;
  }

  #byId(text: string): Image | undefined {
    const prefix = text.replace(/^sha256:/, '');
    if (!/^[a-f0-9]{1,64}$/.test(prefix)) return undefined;
    const found = this.all().filter(({ id }) => id.startsWith(`sha256:${prefix}`));
    if (found.length > 1) throw invalid(`ambiguous image ID prefix: ${text}`);
    return found[0];
  }
}

function tryParse(text: string): Reference | undefined {
  try {
    return parseReference(text);
  } catch {
    if (/^(sha256:)?[a-f0-9]{64}$/.test(text)) return undefined;
    throw invalid('invalid reference format');
  }
}

function withoutDigest({ domain, path, tag }: Reference): Reference {
  return { domain, path, ...(tag !== undefined && { tag }) };
}

function asTyped(text: string): string {
  const reference = tryParse(text);
  return reference === undefined ? text : familiarReference(withDefaultTag(reference));
}
