import type { DiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseDigest } from '../../oci/digest.ts';
import type { Reference } from '../../oci/reference.ts';
import { familiarReference, formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { Instant } from '../clock.ts';
import { invalid, notFound } from '../errors.ts';
import type { MetadataStore } from '../metadata/store.ts';
import type { Image, ImageRecord } from './image.ts';
import { openImage } from './image.ts';

/** What a name stands for: a tag, or the digest of the index or manifest that a repository was pulled by. */
export interface NameRecord {
  readonly image: Digest;
  readonly taggedAt: Instant;
}

const imagePrefix = 'image:';
const namePrefix = 'name:';

/** The images that are here, by ID and by name. Held in memory, and written through to the metadata store. */
export class ImageStore {
  readonly #metadata: MetadataStore;
  readonly #images = new Map<Digest, Image>();
  readonly #names = new Map<string, NameRecord>();
  readonly #added: ((image: Image) => void)[] = [];

  private constructor(metadata: MetadataStore) {
    this.#metadata = metadata;
  }

  /** Reads what an earlier visit has left. */
  static async open(metadata: MetadataStore): Promise<ImageStore> {
    const store = new ImageStore(metadata);
    const [images, names] = await Promise.all([metadata.entries(imagePrefix), metadata.entries(namePrefix)]);
    for (const [, record] of images) store.#keep(openImage(record as ImageRecord));
    for (const [key, record] of names) store.#names.set(key.slice(namePrefix.length), record as NameRecord);
    metadata.onForeignChange((key) => void store.#reread(key).catch(() => undefined));
    return store;
  }

  /** Calls with every image that is added here, at once. */
  onAdded(listener: (image: Image) => void): void {
    this.#added.push(listener);
  }

  /** The layers of all images, also of those that another tab has just added. */
  async layersKept(): Promise<Set<DiffId>> {
    const records = await this.#metadata.entries(imagePrefix);
    const images = [...records.map(([, record]) => openImage(record as ImageRecord)), ...this.all()];
    return new Set(images.flatMap(({ layers }) => layers));
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
    if (text === '') return undefined;
    return this.#byName(text) ?? this.#byId(text);
  }

  /** What the name stood for, if anything. */
  named(reference: Reference): NameRecord | undefined {
    return this.#names.get(formatReference(reference));
  }

  /** Every name of an image, tags and digests, in the order of their texts. */
  referencesOf(id: Digest): Reference[] {
    return this.#references(id).map(({ reference }) => reference);
  }

  /** Short names, as `docker images` shows them. */
  tagsOf(id: Digest): string[] {
    const tags = this.referencesOf(id).filter(({ tag }) => tag !== undefined);
    return tags.map(familiarReference);
  }

  /** `busybox@sha256:...` */
  digestsOf(id: Digest): string[] {
    const digests = this.referencesOf(id).filter(({ digest }) => digest !== undefined);
    return digests.map(familiarReference);
  }

  /** When a name was last given to the image. */
  lastTagged(id: Digest): Instant | undefined {
    const times = this.#references(id).map(({ taggedAt }) => taggedAt);
    return times.length === 0 ? undefined : Math.max(...times);
  }

  /** Images that were made from this one by a build or a commit. */
  childrenOf(id: Digest): Image[] {
    return this.all().filter(({ parent }) => parent === id);
  }

  /** Resolves when the image will outlive a reload. */
  async add(record: ImageRecord): Promise<void> {
    const image = openImage(record);
    this.#keep(image);
    for (const listener of this.#added) listener(image);
    try {
      await this.#metadata.set(imagePrefix + record.id, record);
    } catch (error) {
      this.#images.delete(image.id);
      throw error;
    }
  }

  /** Says which image it was made from. */
  async setParent(id: Digest, parent: Digest): Promise<void> {
    const { configText, size, builtHere } = this.get(id);
    const record = { id, configText, size, parent, ...(builtHere && { builtHere }) };
    this.#keep(openImage(record));
    await this.#metadata.set(imagePrefix + id, record);
  }

  /** Gives a name to an image; another image that had it loses it. */
  async tag(reference: Reference, record: NameRecord): Promise<void> {
    const name = formatReference(reference);
    this.#names.set(name, record);
    await this.#metadata.set(namePrefix + name, record);
  }

  async untag(reference: Reference): Promise<void> {
    const name = formatReference(reference);
    this.#names.delete(name);
    await this.#metadata.delete(namePrefix + name);
  }

  /** Its names must be gone before. */
  async delete(id: Digest): Promise<void> {
    this.#images.delete(id);
    await this.#metadata.delete(imagePrefix + id);
  }

  /** Another tab has changed a record. */
  async #reread(key: string): Promise<void> {
    const record = await this.#metadata.get(key);
    if (key.startsWith(imagePrefix)) {
      if (record === undefined) this.#images.delete(parseDigest(key.slice(imagePrefix.length)));
      else this.#keep(openImage(record as ImageRecord));
    } else if (key.startsWith(namePrefix)) {
      const name = key.slice(namePrefix.length);
      if (record === undefined) this.#names.delete(name);
      else this.#names.set(name, record as NameRecord);
    }
  }

  #keep(image: Image): void {
    this.#images.set(image.id, image);
  }

  #references(id: Digest): (NameRecord & { reference: Reference })[] {
    const names = [...this.#names].filter(([, { image }]) => image === id);
    return names
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { image, taggedAt }]) => ({ image, taggedAt, reference: parseReference(name) }));
  }

  /** Of a tag and a digest together the digest counts, as in Docker. */
  #byName(text: string): Image | undefined {
    const reference = tryParse(text);
    if (reference === undefined) return undefined;
    const { domain, path, digest } = reference;
    const wanted = digest === undefined ? withDefaultTag(reference) : { domain, path, digest };
    const found = this.#names.get(formatReference(wanted));
    return found && this.#images.get(found.image);
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
  } catch (error) {
    if (/^(sha256:)?[a-f0-9]{64}$/.test(text)) return undefined;
    throw error;
  }
}

function asTyped(text: string): string {
  const reference = tryParse(text);
  return reference === undefined ? text : familiarReference(withDefaultTag(reference));
}
