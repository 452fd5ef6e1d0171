import type { Digest } from '../../oci/digest.ts';

/** Where a file's contents are kept: among those that came with it. */
export interface Place {
  readonly pack: Digest;
  readonly offset: number;
  /** Of the contents. */
  readonly digest: string;
}

/** A file as it was when its contents came. */
export interface KnownFile {
  readonly version: string;
  /** Undefined for one that an earlier machine had: its files have other numbers now. */
  readonly identity: string | undefined;
  readonly place: Place;
}

/** What is known of a directory that was built. Times are milliseconds since 1970. */
export interface KnownDirectory {
  readonly id: string;
  readonly files: ReadonlyMap<string, KnownFile>;
  /** Bytes of each piece of contents. */
  readonly packs: ReadonlyMap<Digest, number>;
  readonly created: number;
  used: number;
  uses: number;
}

/** The same as it is stored. */
interface StoredDirectory extends Pick<KnownDirectory, 'created' | 'id' | 'used' | 'uses'> {
  readonly packs: readonly Digest[];
  readonly sizes: readonly number[];
  readonly paths: readonly string[];
  readonly versions: readonly string[];
  /** For each file which of the packs it is in, where there, and the digest. */
  readonly places: readonly number[];
  readonly offsets: readonly number[];
  readonly digests: readonly string[];
}

export function storedDirectory(known: KnownDirectory): StoredDirectory {
  const { id, created, used, uses } = known;
  const packs = [...known.packs.keys()];
  const numbers = new Map(packs.map((pack, at) => [pack, at]));
  const files = [...known.files.values()];
  return {
    id,
    created,
    used,
    uses,
    packs,
    sizes: [...known.packs.values()],
    paths: [...known.files.keys()],
    versions: files.map(({ version }) => version),
    places: files.map(({ place }) => numbers.get(place.pack) ?? -1),
    offsets: files.map(({ place }) => place.offset),
    digests: files.map(({ place }) => place.digest),
  };
}

export function knownDirectory(value: unknown): KnownDirectory {
  const { id, created, used, uses, packs, sizes, ...columns } = value as StoredDirectory;
  const files = new Map<string, KnownFile>();
  for (const [at, path] of columns.paths.entries()) {
    const pack = packs[columns.places[at] ?? -1];
    if (pack === undefined) continue;
    const place = { pack, offset: columns.offsets[at] ?? 0, digest: columns.digests[at] ?? '' };
    files.set(path, { version: columns.versions[at] ?? '', identity: undefined, place });
  }
  return { id, created, used, uses, files, packs: new Map(packs.map((pack, at) => [pack, sizes[at] ?? 0])) };
}

/** Packs that a stored directory names. */
export function storedPacks(value: unknown): readonly Digest[] {
  return (value as StoredDirectory).packs;
}
