import type { ContentStore } from '../../content/contentstore.ts';
import { createHasher } from '../../content/hasher.ts';
import type { Digest } from '../../oci/digest.ts';
import type { BuildFile, BuildFiles } from '../../protocol/engine-api.ts';
import { maxContextSize } from '../limits.ts';
import { invalid } from '../errors.ts';
import type { SourceFile } from '../files/file.ts';
import { newDirectory } from '../files/file.ts';
import type { TreeNode } from '../files/tree.ts';

/** Where a file's contents are kept: among those that came with it. */
interface Place {
  readonly pack: Digest;
  readonly offset: number;
  /** Of the contents. */
  readonly digest: string;
}

interface KnownFile {
  readonly file: BuildFile;
  readonly place: Place | undefined;
}

type KnownFiles = ReadonlyMap<string, KnownFile>;

/** As many directories are remembered; the one that was built longest ago goes first. */
const remembered = 8;
/** Beyond as many pieces a directory's contents are asked for anew, all in one. */
const maxPacks = 16;

/**
 * Build contexts that are directories of the client's, kept from one build to the next, so that only what has changed is
 * sent. As long as the engine runs: the contents are given up with `clear`.
 */
export class ContextStore {
  readonly #content: ContentStore;
  readonly #known = new Map<string, KnownFiles>();

  constructor(content: ContentStore) {
    this.#content = content;
  }

  /** The files of a directory as they are now. Fails with `invalid` when they are too many bytes, before any is read. */
  async sync(
    files: BuildFiles,
    excludes: readonly string[],
    arrived: (bytes: number) => void,
  ): Promise<TreeNode> {
    const listed: BuildFile[] = [];
    let size = 0;
    for await (const file of files.list(excludes, undefined)) {
      size += file.size;
      if (size > maxContextSize) throw invalid(`the build context is larger than ${maxContextSize} bytes`);
      listed.push(file);
    }
    const old = this.#usable(files.key);
    const now = await this.#read(files, listed, old, arrived);
    await this.#remember(files.key, now);
    return contextTree(now.values(), this.#content);
  }

  /** Forgets all directories. Gives the bytes that they took. */
  async clear(): Promise<number> {
    let size = 0;
    for (const pack of packsOf(this.#known.values())) {
      size += (await this.#content.info(pack)).size;
      await this.#content.delete(pack);
    }
    this.#known.clear();
    return size;
  }

  #usable(key: string): KnownFiles {
    const known = this.#known.get(key) ?? new Map<string, KnownFile>();
    return packsOf([known]).size > maxPacks ? new Map() : known;
  }

  async #read(
    files: BuildFiles,
    listed: readonly BuildFile[],
    old: KnownFiles,
    arrived: (bytes: number) => void,
  ): Promise<KnownFiles> {
    const isKnown = (file: BuildFile) => old.get(file.path)?.file.version === file.version;
    const wanted = listed.filter((file) => file.kind === 'file' && file.size > 0 && !isKnown(file));
    const read = wanted.length === 0 ? new Map<string, Place>() : await this.#receive(files, wanted, arrived);
    return new Map(
      listed.map((file) => {
        const place = read.get(file.path) ?? (isKnown(file) ? old.get(file.path)?.place : undefined);
        return [file.path, { file, place }];
      }),
    );
  }

  async #receive(
    files: BuildFiles,
    wanted: readonly BuildFile[],
    arrived: (bytes: number) => void,
  ): Promise<Map<string, Place>> {
    const writer = await this.#content.writer();
    const parts: { path: string; offset: number; digest: string }[] = [];
    const hasher = await createHasher();
    let at = 0;
    try {
      for await (const { file, content } of files.read(wanted)) {
        hasher.restart();
        const offset = at;
        for await (const piece of content) {
          hasher.update(piece);
          await writer.write(piece);
          at += piece.length;
          arrived(at);
        }
        parts.push({ path: file.path, offset, digest: hasher.digest() });
      }
      // What is kept under a digest may be a layer, too; with this behind it the contents are nothing else.
      await writer.write(crypto.getRandomValues(new Uint8Array(32)));
      const pack = (await writer.commit()).digest;
      return new Map(parts.map(({ path, offset, digest }) => [path, { pack, offset, digest }]));
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  async #remember(key: string, now: KnownFiles): Promise<void> {
    const before = packsOf(this.#known.values());
    this.#known.delete(key);
    this.#known.set(key, now);
    if (this.#known.size > remembered) this.#known.delete(this.#known.keys().next().value ?? '');
    const after = packsOf(this.#known.values());
    for (const pack of before) if (!after.has(pack)) await this.#content.delete(pack);
  }
}

function packsOf(all: Iterable<KnownFiles>): Set<Digest> {
  const packs = new Set<Digest>();
  for (const files of all)
    for (const { place } of files.values()) if (place !== undefined) packs.add(place.pack);
  return packs;
}

class ContextNode implements TreeNode {
  file: SourceFile;
  readonly #children = new Map<string, ContextNode>();

  constructor(file: SourceFile) {
    this.file = file;
  }

  child(name: string): ContextNode | undefined {
    return this.#children.get(name);
  }

  names(): Iterable<string> {
    return this.#children.keys();
  }

  make(name: string): ContextNode {
    const node = this.#children.get(name) ?? new ContextNode(newDirectory());
    this.#children.set(name, node);
    return node;
  }
}

/** Everything belongs to root, as BuildKit has it. */
function contextTree(files: Iterable<KnownFile>, content: ContentStore): TreeNode {
  const root = new ContextNode(newDirectory());
  for (const known of files) {
    let node = root;
    for (const name of known.file.path.split('/')) node = node.make(name);
    node.file = sourceFile(known, content);
  }
  return root;
}

function sourceFile({ file, place }: KnownFile, content: ContentStore): SourceFile {
  const { kind, mode, mtime, size, link, major, minor } = file;
  return {
    ...newDirectory({ kind, mode, mtime, link, major, minor, size: kind === 'file' ? size : 0 }),
    ...(place && { digest: place.digest, contents: () => contentsOf(content, place, size) }),
  };
}

const piece = 1 << 20;

async function* contentsOf(
  content: ContentStore,
  { pack, offset }: Place,
  size: number,
): AsyncGenerator<Uint8Array> {
  const reader = await content.reader(pack);
  for (let at = 0; at < size; at += piece) yield await reader.read(offset + at, Math.min(piece, size - at));
}
