import type { GitFetch } from '../git/http.ts';
import type { ContentStore } from '../../content/contentstore.ts';
import { cleanRelative } from '../../oci/path.ts';
import { IgnoreRules, ignoreLines } from '../../oci/ignore.ts';
import type { BuildContext, BuildFiles } from '../../protocol/engine-api.ts';
import { abortable } from '../abortable.ts';
import { receiveContext, textOf } from '../context.ts';
import { internal } from '../errors.ts';
import { lookUp } from '../files/lookup.ts';
import type { TreeNode } from '../files/tree.ts';
import { layersRoot } from '../files/tree.ts';
import { ignoring } from '../files/ignoring.ts';
import { fetchContext } from '../remote.ts';
import type { ContextStore, SyncedContext } from './context-store.ts';

/** A build context that can be read. To be closed. */
export interface OpenedContext {
  /** A small file; undefined when there is none. */
  find(path: string): Promise<Uint8Array | undefined>;
  /** Reads what is to be left out, where a Dockerfile has a file of its own for that from there. Gives the file's size, 2 where there is none, as BuildKit counts. */
  loadIgnoreFile(dockerfile?: string): Promise<number>;
  /** The files that are not left out; told how many bytes have come. */
  tree(arrived: (bytes: number) => void): Promise<TreeNode>;
  close(): Promise<void>;
}

export interface ContextParts {
  readonly content: ContentStore;
  readonly contexts: ContextStore;
  readonly fetch: typeof fetch;
  readonly gitFetch: GitFetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** A context that is a git repository has the repository itself in it, as `.git`. */
  readonly keepGitDir: boolean;
}

/** Makes a context readable; a tar is taken in whole, of a directory nothing is read yet. */
export async function openSolveContext(parts: ContextParts, context: BuildContext): Promise<OpenedContext> {
  if ('files' in context) return new DirectoryContext(parts, context.files);
  if ('image' in context) throw internal(`${context.image} is an image, not a directory`);
  if ('tar' in context) return tarContext(parts, context.tar);
  const fetched = await fetchContext(parts, context.address, parts.keepGitDir);
  if ('tar' in fetched) return tarContext(parts, fetched.tar);
  const bytes = new TextEncoder().encode(fetched.dockerfile);
  return new TreeContext(layersRoot([]), () => Promise.resolve(), bytes);
}

async function tarContext(
  { content, signal }: ContextParts,
  tar: AsyncIterable<Uint8Array>,
): Promise<OpenedContext> {
  const { root, close } = await receiveContext(abortable(tar, signal), content);
  return new TreeContext(root, close, undefined);
}

class TreeContext implements OpenedContext {
  readonly #root: TreeNode;
  readonly #dockerfile: Uint8Array | undefined;
  readonly close: () => Promise<void>;
  #rules = new IgnoreRules([]);

  constructor(root: TreeNode, close: () => Promise<void>, dockerfile: Uint8Array | undefined) {
    this.#root = root;
    this.close = close;
    this.#dockerfile = dockerfile;
  }

  async find(path: string): Promise<Uint8Array | undefined> {
    if (this.#dockerfile !== undefined && !path.includes('ignore')) return this.#dockerfile;
    const { node } = lookUp(this.#root, path);
    return node?.file.kind === 'file' ? new TextEncoder().encode(await textOf(node)) : undefined;
  }

  async loadIgnoreFile(dockerfile?: string): Promise<number> {
    const { lines, size } = await readIgnoreFile((path) => this.find(path), dockerfile);
    this.#rules = new IgnoreRules(lines);
    return size;
  }

  tree(): Promise<TreeNode> {
    return Promise.resolve(ignoring(this.#root, this.#rules));
  }
}

class DirectoryContext implements OpenedContext {
  readonly #store: ContextStore;
  readonly #files: BuildFiles;
  readonly #signal: AbortSignal;
  readonly #synced: SyncedContext[] = [];
  #lines: string[] = [];

  constructor({ contexts, signal }: ContextParts, files: BuildFiles) {
    this.#store = contexts;
    this.#files = files;
    this.#signal = signal;
  }

  find(path: string): Promise<Uint8Array | undefined> {
    return this.#files.find(path);
  }

  async loadIgnoreFile(dockerfile?: string): Promise<number> {
    const { lines, size } = await readIgnoreFile((path) => this.find(path), dockerfile);
    this.#lines = lines;
    return size;
  }

  async tree(arrived: (bytes: number) => void): Promise<TreeNode> {
    const options = { excludes: this.#lines, arrived, signal: this.#signal };
    const synced = await this.#store.sync(this.#files, options);
    this.#synced.push(synced);
    return synced.tree;
  }

  async close(): Promise<void> {
    for (const synced of this.#synced) await synced.release();
  }
}

async function readIgnoreFile(
  find: (path: string) => Promise<Uint8Array | undefined>,
  dockerfile: string | undefined,
): Promise<{ lines: string[]; size: number }> {
  const own = dockerfile === undefined ? undefined : await find(`${cleanRelative(dockerfile)}.dockerignore`);
  const bytes = own ?? (await find('.dockerignore'));
  if (bytes === undefined) return { lines: [], size: 2 };
  return { lines: ignoreLines(new TextDecoder().decode(bytes)), size: bytes.length };
}
