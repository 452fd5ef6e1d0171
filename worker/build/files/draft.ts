import { encodeText } from '../../oci/text.ts';
import { opaqueWhiteout } from '../../oci/whiteout.ts';
import { tarEnd, tarHeader, tarPadding } from '../../oci/tar/writer.ts';
import { internal } from '../errors.ts';
import type { SourceFile } from './file.ts';
import { newDirectory } from './file.ts';
import { byBytes } from './lookup.ts';
import type { TreeNode } from './tree.ts';

/** A file of the layer, or one below it that is looked at. */
class DraftNode implements TreeNode {
  file: SourceFile;
  isChanged: boolean;
  /** A directory where something else lies below: overlayfs marks those. */
  readonly isOpaque: boolean;
  readonly #below: TreeNode | undefined;
  readonly #children = new Map<string, DraftNode>();

  constructor(file: SourceFile, below: TreeNode | undefined, isChanged: boolean, isOpaque = false) {
    this.file = file;
    this.#below = below;
    this.isChanged = isChanged;
    this.isOpaque = isOpaque;
  }

  child(name: string): DraftNode | undefined {
    const own = this.#children.get(name);
    if (own !== undefined) return own;
    const found = this.#below?.child(name);
    if (found === undefined) return undefined;
    const child = new DraftNode(found.file, found, false);
    this.#children.set(name, child);
    return child;
  }

  names(): Iterable<string> {
    return new Set([...this.#children.keys(), ...(this.#below?.names() ?? [])]);
  }

  /** A directory in a directory's place keeps what is in that. */
  put(name: string, file: SourceFile): DraftNode {
    const old = this.child(name);
    if (file.kind === 'directory' && old?.file.kind === 'directory') {
      Object.assign(old, { file, isChanged: true });
      return old;
    }
    const isOpaque = file.kind === 'directory' && this.#below?.child(name) !== undefined;
    const node = new DraftNode(file, undefined, true, isOpaque);
    this.#children.set(name, node);
    return node;
  }

  get isTouched(): boolean {
    return this.isChanged || [...this.#children.values()].some((child) => child.isTouched);
  }

  changes(): [string, DraftNode][] {
    return [...this.#children].filter(([, node]) => node.isTouched).sort(([a], [b]) => byBytes(a, b));
  }
}

/** A layer in the making, on top of what is there: files are put into it, then it becomes a tar. */
export class LayerDraft {
  readonly #root: DraftNode;
  /** Seconds since 1970: when directories change in which files are made. */
  readonly #now: number;

  constructor(below: TreeNode, now: number) {
    this.#root = new DraftNode(below.file, below, false);
    this.#now = now;
  }

  get root(): TreeNode {
    return this.#root;
  }

  /** Nothing has been put into it. */
  get isEmpty(): boolean {
    return !this.#root.isTouched;
  }

  /** A directory at a path without links, made with those above it where it is missing. */
  makeDirectory(names: readonly string[], owner: { uid: number; gid: number }, mode = 0o755): void {
    this.#directory(names, { ...owner, mode });
  }

  /** A file at a path without links, in place of what is there. */
  put(names: readonly string[], file: SourceFile, owner: { uid: number; gid: number }): void {
    const name = names.at(-1);
    if (name === undefined) return;
    const parent = this.#directory(names.slice(0, -1), owner);
    this.#touch(parent);
    parent.put(name, file);
  }

  /** Gives a directory its time, or that of now, when all is in it. It is in the layer then, whatever its time was. */
  date(names: readonly string[], mtime = this.#now): void {
    let node: DraftNode | undefined = this.#root;
    for (const name of names) node = node?.child(name);
    if (node?.file.kind !== 'directory') return;
    node.file = { ...node.file, mtime };
    if (node !== this.#root) node.isChanged = true;
  }

  /** In the order of the names, with the directories that things lie in. Read once. */
  async *tar(): AsyncGenerator<Uint8Array> {
    yield* entries(this.#root, '', new Map());
    yield tarEnd;
  }

  #directory(names: readonly string[], owner: { uid: number; gid: number; mode?: number }): DraftNode {
    let node = this.#root;
    for (const [at, name] of names.entries()) {
      const child = node.child(name);
      if (child === undefined) this.#touch(node);
      else if (child.file.kind !== 'directory')
        throw internal(`mkdir /${names.slice(0, at + 1).join('/')}: not a directory`);
      node = child ?? node.put(name, newDirectory({ ...owner, mtime: this.#now }));
    }
    return node;
  }

  /** As the kernel does to a directory in which something is made. */
  #touch(node: DraftNode): void {
    if (node === this.#root) return;
    node.file = { ...node.file, mtime: this.#now };
    node.isChanged = true;
  }
}

async function* entries(
  node: DraftNode,
  path: string,
  links: Map<SourceFile['identity'], string>,
): AsyncGenerator<Uint8Array> {
  for (const [name, child] of node.changes()) {
    const childPath = `${path}${name}`;
    yield* entry(child.file, childPath, links);
    if (child.isOpaque) yield opaqueMark(child.file, childPath);
    if (child.file.kind === 'directory') yield* entries(child, `${childPath}/`, links);
  }
}

/** As Docker writes it: with the directory's owner and mode, and no time. */
function opaqueMark({ mode, uid, gid }: SourceFile, path: string): Uint8Array {
  const name = encodeText(`${path}/${opaqueWhiteout}`);
  return tarHeader({ type: 'file', path: name, mode: mode & 0o777, uid, gid, mtime: 0 });
}

async function* entry(
  file: SourceFile,
  path: string,
  links: Map<SourceFile['identity'], string>,
): AsyncGenerator<Uint8Array> {
  const { kind, mode, uid, gid, mtime, attributes, major, minor } = file;
  const kept = new Map([...attributes].filter(([name]) => name === 'security.capability'));
  const common = { type: kind, mode, uid, gid, mtime, attributes: kept };
  const first = kind === 'file' && file.identity !== undefined ? links.get(file.identity) : undefined;
  if (first !== undefined) {
    yield tarHeader({ ...common, type: 'hardlink', path: encodeText(path), link: encodeText(first) });
    return;
  }
  if (file.identity !== undefined) links.set(file.identity, path);
  const isFile = kind === 'file';
  yield tarHeader({
    ...common,
    path: encodeText(kind === 'directory' ? `${path}/` : path),
    ...(kind === 'symlink' && { link: encodeText(file.link) }),
    ...(isFile ? { size: file.size } : { major, minor }),
  });
  if (!isFile) return;
  yield* file.contents();
  yield tarPadding(file.size);
}
