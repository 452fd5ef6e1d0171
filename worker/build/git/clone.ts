import type { HttpClient } from 'isomorphic-git';
import { BottleshipError, errorMessage } from '../../oci/errors.ts';
import { maxContextSize } from '../limits.ts';
import { internal, invalid } from '../errors.ts';
import type { SourceFile } from '../files/file.ts';
import { memoryFile, newDirectory } from '../files/file.ts';
import { lookUp } from '../files/lookup.ts';
import type { TreeNode } from '../files/tree.ts';
import { parseGitAddress } from './address.ts';
import type { GitFetch } from './http.ts';
import { gitHttp } from './http.ts';
import { MemoryFiles } from './memory-files.ts';

export interface GitParts {
  readonly fetch: GitFetch;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970: when the files are made. */
  readonly now: () => number;
}

export interface CloneOptions {
  /** The tree has the repository itself, as `.git`. */
  readonly keepGitDir?: boolean;
  /** The commit that it must be, or the beginning of its name; without a ref it is what is taken. */
  readonly checksum?: string;
}

/** Nobody knows which commit is meant: a step cannot even be looked up in the cache. */
export class UnknownCommit extends BottleshipError {}

type Git = typeof import('isomorphic-git');

/** The files of a commit, as git checks them out; no more than it is fetched, and in memory alone. */
export async function cloneGit(
  parts: GitParts,
  address: string,
  options: CloneOptions = {},
): Promise<TreeNode> {
  const { url, ref, directory } = parseGitAddress(address);
  requireHttp(url);
  const { checksum = '' } = options;
  if (checksum !== '' && !/^[0-9a-f]+$/.test(checksum))
    throw new UnknownCommit('internal', `invalid checksum ${checksum} for Git URL, expected hex commit hash`);
  const git = await loadGit();
  const clone = new Clone(git, parts, url);
  const commit = await clone.resolve(ref === '' && isCommit(checksum) ? checksum : ref);
  if (!commit.startsWith(checksum)) throw internal(`expected checksum to match ${checksum}, got ${commit}`);
  const root = await clone.tree(commit, options.keepGitDir ?? false);
  if (directory === '') return root;
  const { node } = lookUp(root, directory);
  if (node === undefined)
    throw internal(
      `invalid subdir /${directory}: failed to lstat ${JSON.stringify(directory)}: statat ${directory}: no such file or directory`,
    );
  if (node.file.kind !== 'directory') throw internal(`invalid subdir /${directory}: not a directory`);
  return node;
}

/** Only who builds from a repository fetches the library; it wants Node's Buffer, which a browser has not. */
async function loadGit(): Promise<Git> {
  const { Buffer } = await import('buffer/index.js');
  const global = globalThis as { Buffer?: unknown };
  global.Buffer ??= Buffer;
  return import('isomorphic-git');
}

/** A browser and its relays speak HTTP alone. */
function requireHttp(url: string): void {
  if (!/^https?:\/\//.test(url))
    throw internal(
      `failed to fetch ${url}: this engine has no network for ${url.startsWith('git@') ? 'ssh' : url.split(':', 1)[0]}: name the repository by its https:// address`,
    );
}

function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

const root = '/';

/** One repository on its way. */
class Clone {
  readonly #git: Git;
  readonly #parts: GitParts;
  readonly #url: string;
  readonly #http: HttpClient;
  readonly #files = new MemoryFiles();
  readonly #cache = {};
  #size = 0;

  constructor(git: Git, parts: GitParts, url: string) {
    this.#git = git;
    this.#parts = parts;
    this.#url = url;
    this.#http = gitHttp(parts.fetch, parts.signal);
  }

  /** The commit that a ref stands for; branches before tags, as git has it. */
  async resolve(ref: string): Promise<string> {
    if (isCommit(ref)) return ref;
    const name = ref.replace(/^refs\//, '');
    const shown = await this.#asked(ref, () =>
      this.#git.listServerRefs({ http: this.#http, url: this.#url, symrefs: true, peelTags: true }),
    );
    const wanted = ref === '' ? ['HEAD'] : [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`];
    const found = wanted.map((one) => shown.find((other) => other.ref === one)).find(Boolean);
    if (found === undefined)
      throw new UnknownCommit('internal', `repository does not contain ref ${ref}, output: ""`);
    return found.peeled ?? found.oid;
  }

  async tree(commit: string, keepGitDir: boolean): Promise<TreeNode> {
    const { addRemote, fetch, init } = this.#git;
    const where = { fs: this.#files, dir: root };
    await init({ ...where, defaultBranch: 'master' });
    await addRemote({ ...where, remote: 'origin', url: this.#url });
    const wish = { ref: commit, remoteRef: commit, depth: 1, singleBranch: true, tags: false };
    await this.#asked(commit, () =>
      fetch({ ...where, ...wish, http: this.#http, url: this.#url, cache: this.#cache }),
    );
    const tree = new GitNode(this.#directory());
    await this.#fill(tree, commit);
    if (!keepGitDir) return tree;
    await this.#git.checkout({ ...where, ref: commit, force: true, cache: this.#cache });
    tree.children.set('.git', await this.#ownNode('/.git'));
    return tree;
  }

  async #fill(node: GitNode, oid: string): Promise<void> {
    this.#parts.signal.throwIfAborted();
    const { tree } = await this.#git.readTree({ fs: this.#files, dir: root, oid, cache: this.#cache });
    for (const { mode, path, oid: entry, type } of tree) {
      if (type === 'commit') {
        // A submodule is another repository; git leaves an empty directory where it does not fetch it.
        node.children.set(path, new GitNode(this.#directory()));
        continue;
      }
      const child = new GitNode(type === 'tree' ? this.#directory() : await this.#file(mode, entry));
      node.children.set(path, child);
      if (type === 'tree') await this.#fill(child, entry);
    }
  }

  #directory(): SourceFile {
    return newDirectory({ mtime: this.#seconds() });
  }

  async #file(mode: string, oid: string): Promise<SourceFile> {
    const { blob } = await this.#git.readBlob({ fs: this.#files, dir: root, oid, cache: this.#cache });
    this.#size += blob.length;
    if (this.#size > maxContextSize)
      throw invalid(`the build context is larger than ${maxContextSize} bytes`);
    const mtime = this.#seconds();
    if (mode === '120000')
      return newDirectory({ kind: 'symlink', mode: 0o777, mtime, link: new TextDecoder().decode(blob) });
    return memoryFile(blob, { mode: mode === '100755' ? 0o755 : 0o644, mtime });
  }

  /** What the repository itself lies in. */
  async #ownNode(path: string): Promise<GitNode> {
    const { mtime } = this.#directory();
    const names = await this.#files.readdir(path).catch(() => undefined);
    if (names === undefined)
      return new GitNode(memoryFile((await this.#files.readFile(path)) as Uint8Array, { mtime }));
    const node = new GitNode(this.#directory());
    for (const name of names) node.children.set(name, await this.#ownNode(`${path}/${name}`));
    return node;
  }

  #seconds(): number {
    return Math.floor(this.#parts.now() / 1000);
  }

  async #asked<T>(ref: string, operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      this.#parts.signal.throwIfAborted();
      throw this.#worded(ref, error);
    }
  }

  /** In the words of git and BuildKit, where it is the server who has said no. */
  #worded(ref: string, error: unknown): Error {
    const { data } = error as { data?: { statusCode?: number; response?: string } };
    const isMissing = data?.statusCode === 404;
    const why = isMissing
      ? `fatal: repository '${this.#url}/' not found`
      : `fatal: ${whyOf(this.#url, error)}`;
    const what =
      ref === ''
        ? `error fetching default branch for repository ${this.#url}`
        : `failed to fetch remote ${this.#url}`;
    return new UnknownCommit('internal', `${what}: git stderr:\n${why}\n: exit status 128`, { cause: error });
  }
}

function whyOf(url: string, error: unknown): string {
  const { data } = error as { data?: { statusCode?: number; statusMessage?: string; response?: string } };
  if (data?.statusCode === 401)
    return `could not read Username for '${new URL(url).origin}': terminal prompts disabled`;
  const relay = /"message":("(?:[^"\\]|\\.)*")/.exec(data?.response ?? '')?.[1];
  if (relay !== undefined) return String(JSON.parse(relay));
  return `unable to access '${url}/': ${errorMessage(error)}`;
}

class GitNode implements TreeNode {
  readonly file: SourceFile;
  readonly children = new Map<string, GitNode>();

  constructor(file: SourceFile) {
    this.file = file;
  }

  child(name: string): GitNode | undefined {
    return this.children.get(name);
  }

  names(): Iterable<string> {
    return this.children.keys();
  }
}
