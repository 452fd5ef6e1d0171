import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readBlob } from '../../worker/content/ingest.ts';
import type { Descriptor } from '../../worker/oci/descriptor.ts';
import type { Digest } from '../../worker/oci/digest.ts';
import { parseDigest } from '../../worker/oci/digest.ts';
import type { ImageIndex } from '../../worker/oci/imageindex.ts';
import { parseIndex } from '../../worker/oci/imageindex.ts';
import { mediaTypes } from '../../worker/oci/mediatype.ts';
import type { Reference } from '../../worker/oci/reference.ts';
import { formatReference } from '../../worker/oci/reference.ts';
import { indexOf, nameOf, staticAnnotations } from '../../worker/oci/staticindex.ts';
import { FolderStore } from '../folder/content.ts';

/** A static registry on disk: an OCI image layout whose index names the images. */
export class RegistryFolder {
  readonly blobs: FolderStore;
  readonly #dir: string;
  readonly #index: string;

  /** `index` is the file that names what is put here; the folder may have others, `index.*.json`, which are left alone. */
  constructor(dir: string, index = 'index.json') {
    this.#dir = dir;
    this.#index = index;
    this.blobs = new FolderStore(dir);
  }

  /** What the folder's own index names; nothing where there is none. */
  entries(): readonly Descriptor[] {
    return entriesOf(join(this.#dir, this.#index));
  }

  /** A small document that is here. */
  async text(digest: Digest): Promise<string> {
    return new TextDecoder().decode(await readBlob(this.blobs, digest));
  }

  /** Gives names to manifests whose blobs are here; each takes the place of what had its name. */
  put(entries: readonly Descriptor[]): void {
    const names = new Set(entries.map(nameText));
    this.#replace((entry) => names.has(nameText(entry)), entries);
  }

  /** Whether there was such a name. */
  remove(name: Reference): boolean {
    const text = formatReference(name);
    const known = this.entries().some((entry) => nameText(entry) === text);
    if (known) this.#replace((entry) => nameText(entry) === text, []);
    return known;
  }

  /** A manifest's own digest and those of all that it leads to, as far as it is here. */
  reachable(entry: Descriptor): Set<Digest> {
    const all = new Set<Digest>();
    const add = (digest: Digest): void => {
      if (all.has(digest)) return;
      all.add(digest);
      for (const next of this.#namedBy(digest)) add(next);
    };
    add(entry.digest);
    const index = indexOf(entry);
    if (index !== undefined) all.add(index.digest);
    return all;
  }

  #replace(isGone: (entry: Descriptor) => boolean, added: readonly Descriptor[]): void {
    const before = this.entries();
    const gone = before.filter(isGone);
    const left = gone.filter(isMirrored).flatMap((entry) => [...this.reachable(entry)]);
    this.#write([...before.filter((entry) => !isGone(entry)), ...added]);
    this.#removeUnused(left);
  }

  /** Blobs that nothing leads to any more. */
  #removeUnused(candidates: readonly Digest[]): void {
    const indexes = readdirSync(this.#dir).filter((name) => /^index(\..*)?\.json$/.test(name));
    const used = new Set(
      indexes
        .flatMap((name) => entriesOf(join(this.#dir, name)))
        .flatMap((entry) => [...this.reachable(entry)]),
    );
    for (const digest of candidates) if (!used.has(digest)) rmSync(this.blobs.path(digest), { force: true });
  }

  /** Readers see the index as it was or as it will be. */
  #write(manifests: readonly Descriptor[]): void {
    mkdirSync(this.#dir, { recursive: true });
    const layout = join(this.#dir, 'oci-layout');
    if (!existsSync(layout)) writeFileSync(layout, '{"imageLayoutVersion":"1.0.0"}\n');
    const index: ImageIndex = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
    const path = join(this.#dir, this.#index);
    writeFileSync(`${path}.new`, `${JSON.stringify(index, undefined, 2)}\n`);
    renameSync(`${path}.new`, path);
  }

  /** Of a manifest its config and layers, of an index its manifests, of anything else nothing. */
  #namedBy(digest: Digest): Digest[] {
    const path = this.blobs.path(digest);
    if (!existsSync(path)) return [];
    const document = tryJson(path) as Partial<
      Record<'config', Descriptor> & Record<'layers' | 'manifests', Descriptor[]>
    >;
    const { config, layers, manifests } = document;
    if (!Array.isArray(layers ?? manifests)) return [];
    return [...(config ? [config] : []), ...(layers ?? []), ...(manifests ?? [])].map((one) =>
      parseDigest(one.digest),
    );
  }
}

/** Whether `npm run mirror` has put it there, and may take its blobs away with it. */
function isMirrored({ annotations = {} }: Descriptor): boolean {
  return annotations[staticAnnotations.source] !== undefined;
}

function entriesOf(path: string): readonly Descriptor[] {
  return existsSync(path) ? parseIndex(readFileSync(path, 'utf8')).manifests : [];
}

function nameText(entry: Descriptor): string | undefined {
  const name = nameOf(entry);
  return name && formatReference(name);
}

/** Manifests are small; a layer need not be read to see that it is none. */
const largestDocument = 4 << 20;

function tryJson(path: string): object {
  if (statSync(path).size > largestDocument) return {};
  try {
    return Object(JSON.parse(readFileSync(path, 'utf8'))) as object;
  } catch {
    return {};
  }
}
