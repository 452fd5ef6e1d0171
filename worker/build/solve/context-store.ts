import type { ContentStore } from '../../content/contentstore.ts';
import { createHasher } from '../../content/hasher.ts';
import type { DiffId } from '../../oci/diffid.ts';
import { parseDiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import { errorKind } from '../../oci/errors.ts';
import type { BuildCacheRecord, BuildFile, BuildFiles } from '../../protocol/engine-api.ts';
import { abortable } from '../abortable.ts';
import { maxContextSize } from '../limits.ts';
import { invalid } from '../errors.ts';
import type { TreeNode } from '../files/tree.ts';
import type { KnownDirectory, KnownFile, Place } from './context-record.ts';
import { knownDirectory, storedDirectory, storedPacks } from './context-record.ts';
import { contextTree } from './context-tree.ts';
import { keyOf } from './key.ts';

/** Where is kept over a reload what is known of directories. Values are structured-cloneable. */
export interface RecordStore {
  entries(prefix: string): Promise<[key: string, value: unknown][]>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Who has the content store in common, in whatever tab. */
export interface ContentHolds {
  /** Resolves when nobody can do away with these any more, until what it resolves with is called. */
  pin(digests: readonly DiffId[]): Promise<() => void>;
  /** Does away with one unless somebody has it, or it is wanted when nobody can begin to use it any more. */
  discard(digest: DiffId, isWanted: () => Promise<boolean>): Promise<void>;
}

export interface ContextStoreParts {
  readonly content: ContentStore;
  readonly holds: ContentHolds;
  readonly records: RecordStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly formatTime: (milliseconds: number) => string;
}

/** The files of a directory as they were listed; their contents stay until they are released. */
export interface SyncedContext {
  readonly tree: TreeNode;
  release(): Promise<void>;
}

export interface SyncOptions {
  /** Patterns of a .dockerignore. */
  readonly excludes: readonly string[];
  /** Told how many bytes have come. */
  readonly arrived: (bytes: number) => void;
  readonly signal: AbortSignal;
}

const prefix = 'build-context:';
/** Of all directories but the one that is built; those that were built longest ago go first. */
const limits = { directories: 8, bytes: 512 * 2 ** 20 };
/** Beyond as many pieces a directory's contents are asked for anew, all in one. */
const maxPacks = 16;

/**
 * Build contexts that are directories of the client's, kept from one build to the next and over a reload, so that only what
 * has changed is sent. Contents lie in the content store, in one piece for each build that needed some.
 */
export class ContextStore {
  readonly #parts: ContextStoreParts;
  /** The one that was built longest ago first. Read when it is first asked for. */
  #directories: Promise<Map<string, KnownDirectory>> | undefined;
  /** How many builds read a piece. */
  readonly #inUse = new Map<Digest, number>();
  /** Pieces that no directory has any more. */
  readonly #unneeded = new Set<Digest>();

  constructor(parts: ContextStoreParts) {
    this.#parts = parts;
  }

  /** The files of a directory as they are now. Fails with `invalid` when they are too many bytes, before any is read. */
  async sync(files: BuildFiles, options: SyncOptions): Promise<SyncedContext> {
    const listed = await list(files, options);
    const { old, release } = await this.#usable(files.key);
    try {
      return await this.#update(files, listed, old, options);
    } finally {
      await release();
    }
  }

  async #update(
    files: BuildFiles,
    listed: readonly BuildFile[],
    old: KnownDirectory | undefined,
    options: SyncOptions,
  ): Promise<SyncedContext> {
    const contents = listed.filter(({ kind, size }) => kind === 'file' && size > 0);
    const wanted = contents.filter((file) => !isSame(old?.files.get(file.path), file));
    const read = wanted.length === 0 ? undefined : await this.#receive(files, wanted, options);
    const known = new Map<string, KnownFile>();
    for (const { path, version, identity } of contents) {
      const place = read?.places.get(path) ?? old?.files.get(path)?.place;
      if (place !== undefined) known.set(path, { version, identity, place });
    }
    const release = await this.#use(known.values());
    try {
      await this.#remember(files.key, known, new Map([...(old?.packs ?? []), ...(read?.pack ?? [])]));
    } catch (error) {
      await release();
      throw error;
    }
    const placed = listed.map((file) => ({ file, place: known.get(file.path)?.place }));
    return { tree: contextTree(placed, this.#parts.content), release };
  }

  /** As `docker system df -v` lists them. */
  async records(): Promise<BuildCacheRecord[]> {
    return [...(await this.#load()).values()].map((known) => this.#record(known));
  }

  /** Forgets directories that no build reads. */
  async prune(which: (record: BuildCacheRecord) => boolean): Promise<BuildCacheRecord[]> {
    const pruned: BuildCacheRecord[] = [];
    for (const [key, known] of await this.#load()) {
      const record = this.#record(known);
      if (record.InUse || !which(record)) continue;
      pruned.push(record);
      await this.#forget(key);
    }
    return pruned;
  }

  /** Pieces that are kept, by any tab. */
  async packs(): Promise<Set<Digest>> {
    const stored = await this.#parts.records.entries(prefix);
    return new Set([...this.#inUse.keys(), ...stored.flatMap(([, value]) => storedPacks(value))]);
  }

  #load(): Promise<Map<string, KnownDirectory>> {
    return (this.#directories ??= this.#read());
  }

  async #read(): Promise<Map<string, KnownDirectory>> {
    const stored = await this.#parts.records.entries(prefix);
    const known = stored.map(([key, value]) => [key.slice(prefix.length), knownDirectory(value)] as const);
    return new Map(known.sort(([, a], [, b]) => a.used - b.used));
  }

  /** What is known of a directory, if all of it is there (another tab may have given it up), and kept until it is released. */
  async #usable(key: string): Promise<{ old: KnownDirectory | undefined; release: () => Promise<void> }> {
    const old = (await this.#load()).get(key);
    const release = await this.#use(old?.files.values() ?? []);
    for (const pack of old?.packs.keys() ?? []) {
      if (old !== undefined && old.packs.size <= maxPacks && (await this.#isThere(pack))) continue;
      return { old: undefined, release };
    }
    return { old, release };
  }

  async #isThere(pack: Digest): Promise<boolean> {
    try {
      await this.#parts.content.info(pack);
      return true;
    } catch (error) {
      if (errorKind(error) === 'not-found') return false;
      throw error;
    }
  }

  async #receive(
    files: BuildFiles,
    wanted: readonly BuildFile[],
    { arrived, signal }: SyncOptions,
  ): Promise<{ places: Map<string, Place>; pack: Map<Digest, number> }> {
    const writer = await this.#parts.content.writer();
    const parts: { path: string; offset: number; digest: string }[] = [];
    let at = 0;
    try {
      const hasher = await createHasher();
      for await (const { file, content } of abortable(files.read(wanted), signal)) {
        hasher.restart();
        const offset = at;
        for await (const piece of abortable(content, signal)) {
          hasher.update(piece);
          await writer.write(piece);
          at += piece.length;
          arrived(at);
        }
        parts.push({ path: file.path, offset, digest: hasher.digest() });
      }
      // What is kept under a digest may be a layer, too; with this behind it the contents are nothing else.
      await writer.write(crypto.getRandomValues(new Uint8Array(32)));
      const { digest: pack, size } = await writer.commit();
      const places = parts.map(({ path, offset, digest }) => [path, { pack, offset, digest }] as const);
      return { places: new Map(places), pack: new Map([[pack, size]]) };
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  /** Keeps contents where they are until they are released, whatever other tabs do. */
  async #use(files: Iterable<KnownFile>): Promise<() => Promise<void>> {
    const packs = new Set<Digest>();
    for (const { place } of files) packs.add(place.pack);
    for (const pack of packs) this.#inUse.set(pack, (this.#inUse.get(pack) ?? 0) + 1);
    const unpin = await this.#parts.holds.pin([...packs].map(parseDiffId));
    return async () => {
      unpin();
      for (const pack of packs) {
        const left = (this.#inUse.get(pack) ?? 1) - 1;
        if (left === 0) this.#inUse.delete(pack);
        else this.#inUse.set(pack, left);
      }
      packs.clear();
      await this.#collect();
    };
  }

  async #remember(
    key: string,
    files: ReadonlyMap<string, KnownFile>,
    sizes: ReadonlyMap<Digest, number>,
  ): Promise<void> {
    const directories = await this.#load();
    const old = directories.get(key);
    const used = new Set([...files.values()].map(({ place }) => place.pack));
    const packs = new Map([...sizes].filter(([pack]) => used.has(pack)));
    for (const pack of [...(old?.packs.keys() ?? []), ...sizes.keys()])
      if (!used.has(pack)) this.#unneeded.add(pack);
    const now = this.#parts.now();
    const { id = (await keyOf(key)).slice(0, 25), created = now, uses = 0 } = old ?? {};
    const known = { id, files, packs, created, used: now, uses: uses + 1 };
    directories.delete(key);
    directories.set(key, known);
    await this.#limit(directories);
    // What cannot be kept over a reload is known until then.
    if (!isStored(old, files))
      await this.#parts.records.set(prefix + key, storedDirectory(known)).catch(() => undefined);
    await this.#collect();
  }

  /** Gives up what was built longest ago, never what was built last. */
  async #limit(directories: ReadonlyMap<string, KnownDirectory>): Promise<void> {
    let [count, bytes] = [0, 0];
    for (const [key, known] of [...directories].reverse()) {
      count += 1;
      bytes += sizeOf(known);
      if (count > 1 && (count > limits.directories || bytes > limits.bytes)) await this.#forget(key);
    }
  }

  async #forget(key: string): Promise<void> {
    const directories = await this.#load();
    for (const pack of directories.get(key)?.packs.keys() ?? []) this.#unneeded.add(pack);
    directories.delete(key);
    await this.#parts.records.delete(prefix + key);
    await this.#collect();
  }

  async #collect(): Promise<void> {
    for (const pack of this.#unneeded) {
      if (this.#inUse.has(pack)) continue;
      this.#unneeded.delete(pack);
      await this.#parts.holds.discard(parseDiffId(pack), async () => (await this.packs()).has(pack));
    }
  }

  #record(known: KnownDirectory): BuildCacheRecord {
    const { formatTime } = this.#parts;
    return {
      ID: known.id,
      Parents: null,
      Type: 'source.local',
      Description: 'local source for context',
      InUse: [...known.packs.keys()].some((pack) => this.#inUse.has(pack)),
      Shared: false,
      Size: sizeOf(known),
      CreatedAt: formatTime(known.created),
      LastUsedAt: formatTime(known.used),
      UsageCount: known.uses,
    };
  }
}

async function list(files: BuildFiles, { excludes, signal }: SyncOptions): Promise<BuildFile[]> {
  const listed: BuildFile[] = [];
  let size = 0;
  for await (const file of abortable(files.list(excludes, undefined), signal)) {
    size += file.size;
    if (size > maxContextSize) throw invalid(`the build context is larger than ${maxContextSize} bytes`);
    listed.push(file);
  }
  return listed;
}

function isSame(known: KnownFile | undefined, { version, identity }: BuildFile): boolean {
  if (known?.version !== version) return false;
  return known.identity === undefined || known.identity === identity;
}

/** Whether what is stored says the same already. */
function isStored(old: KnownDirectory | undefined, files: ReadonlyMap<string, KnownFile>): boolean {
  if (old === undefined || old.files.size !== files.size) return false;
  for (const [path, { place, version }] of files) {
    const before = old.files.get(path);
    if (before?.place !== place || before.version !== version) return false;
  }
  return true;
}

function sizeOf({ packs }: KnownDirectory): number {
  return [...packs.values()].reduce((sum, size) => sum + size, 0);
}
