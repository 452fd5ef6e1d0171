import { IgnoreRules, ignoreLines } from '../../oci/ignore.ts';
import { baseName, cleanRelative, namesIn } from '../../oci/path.ts';
import { internal } from '../errors.ts';
import type { LayerDraft } from '../files/draft.ts';
import type { SourceFile } from '../files/file.ts';
import { lookUp, walk } from '../files/lookup.ts';
import type { ModeChange } from '../files/mode.ts';
import type { TreeNode } from '../files/tree.ts';
import { isArchive, unpackArchive } from '../steps/archive.ts';
import type { Owner } from '../steps/owner.ts';
import { rootOwner } from '../steps/owner.ts';

/** Something that is copied. */
export interface Copied {
  /** Below its root: its last name counts, with `parents` all of them. */
  readonly path: string;
  readonly node: TreeNode;
  readonly unpack: boolean;
}

export interface CopyOptions {
  /** Absolute; a slash at its end says that it is a directory. */
  readonly destination: string;
  /** Of everything that is made; undefined leaves the sources' own, and root for directories on the way. */
  readonly owner: Owner | undefined;
  readonly mode: ModeChange | undefined;
  /** Of directories that are made on the way. */
  readonly madeMode: number | undefined;
  readonly excludes: readonly string[];
  readonly parents: boolean;
}

/**
 * Puts a source into a layer, where BuildKit would put it. https://github.com/tonistiigi/fsutil/blob/master/copy/copy.go
 */
export async function copyFiles(draft: LayerDraft, source: Copied, options: CopyOptions): Promise<void> {
  return new FileCopy(draft, options).copy(source);
}

class FileCopy {
  readonly #draft: LayerDraft;
  readonly #options: CopyOptions;
  readonly #rules: IgnoreRules;
  /** Second names of a file stay so in the copy, but are none of the same file copied another time. */
  readonly #identities = new Map<SourceFile['identity'], object>();

  /** Directories get their times when all is in them. */
  readonly #dates: [names: readonly string[], mtime: number | undefined][] = [];

  constructor(draft: LayerDraft, options: CopyOptions) {
    this.#draft = draft;
    this.#options = options;
    this.#rules = new IgnoreRules(ignoreLines(options.excludes.join('\n')));
  }

  async copy(source: Copied): Promise<void> {
    await this.#copy(source);
    for (const [names, mtime] of this.#dates) this.#draft.date(names, mtime);
  }

  async #copy(source: Copied): Promise<void> {
    const { destination, parents } = this.#options;
    const isDirectory = destination.endsWith('/');
    const way = isDirectory ? namesIn(destination) : namesIn(destination).slice(0, -1);
    this.#makeParents(way);
    const { names, node } = lookUp(this.#draft.root, destination);
    if (source.unpack && (await isArchive(source.node.file)))
      return unpackArchive(this.#draft, names, source.node.file, this.#options.owner);
    if (parents) return this.#withParents(source, names);
    if (source.node.file.kind === 'directory') return this.#directory(source.node, names, node);
    const target = node?.file.kind === 'directory' ? [...names, baseName(source.path)] : names;
    this.#file(source.node.file, target);
  }

  #makeParents(path: readonly string[]): void {
    const { names } = lookUp(this.#draft.root, `/${path.join('/')}`);
    this.#makeDirectory(names);
  }

  #makeDirectory(names: readonly string[]): void {
    const { owner, madeMode } = this.#options;
    this.#draft.makeDirectory(names, owner ?? rootOwner, madeMode);
  }

  /** A directory's contents; one that is there already stays as it is. */
  #directory(source: TreeNode, target: readonly string[], there: TreeNode | undefined): void {
    if (there !== undefined && there.file.kind !== 'directory')
      throw internal(`cannot copy to non-directory: /${target.join('/')}`);
    this.#makeDirectory(target);
    // A context has a root that nobody has dated.
    this.#dates.push([target, source.file.mtime > 0 ? source.file.mtime : undefined]);
    this.#contents(source, target, []);
  }

  #contents(source: TreeNode, target: readonly string[], below: readonly string[]): void {
    for (const { path, node } of walk(source)) {
      if (this.#rules.excludes([...below, ...path].join('/'))) continue;
      this.#file(node.file, [...target, ...path]);
    }
  }

  /** The directories that the source lies in are made as they are there; what stands before `/./` in the path does not count. */
  #withParents({ path, node }: Copied, target: readonly string[]): void {
    const pivot = path.indexOf('/./');
    const names = namesIn(pivot < 0 ? path : path.slice(pivot + 2));
    if (this.#rules.excludes(cleanRelative(path))) return;
    this.#makeDirectory([...target, ...names.slice(0, -1)]);
    if (names.length === 0) return this.#contents(node, target, []);
    this.#file(node.file, [...target, ...names]);
    if (node.file.kind === 'directory') this.#contents(node, [...target, ...names], names);
  }

  #file(file: SourceFile, target: readonly string[]): void {
    const { node } = lookUp(this.#draft.root, `/${target.join('/')}`, false);
    const isDirectory = file.kind === 'directory';
    if (isDirectory && node !== undefined && node.file.kind !== 'directory')
      throw internal(`cannot copy to non-directory: /${target.join('/')}`);
    if (!isDirectory && node?.file.kind === 'directory')
      throw internal(`cannot replace to directory /${target.join('/')} with file`);
    const { owner } = this.#options;
    this.#draft.put(target, this.#changed(file), owner ?? rootOwner);
    if (isDirectory) this.#dates.push([target, file.mtime]);
  }

  #changed(file: SourceFile): SourceFile {
    const { owner, mode } = this.#options;
    const { identity, kind } = file;
    if (identity !== undefined && !this.#identities.has(identity)) this.#identities.set(identity, {});
    const changed = mode !== undefined &&
      kind !== 'symlink' && { mode: mode(file.mode, kind === 'directory') };
    return { ...file, ...changed, ...owner, identity: this.#identities.get(identity) };
  }
}
