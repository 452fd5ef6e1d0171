import { encodeDevice } from '../ninep/file.ts';
import { fileType, fileTypes } from '../ninep/qid.ts';
import { decodeText } from '../oci/text.ts';
import { invalid } from '../oci/errors.ts';
import { classifyLayerName, whiteoutPrefix } from '../oci/whiteout.ts';
import { Arena, Table } from './columns.ts';
import type { Inodes, Nodes } from './layerindex.ts';
import { LayerIndex, rootNode } from './layerindex.ts';
import { findSlot, nameTable, rebuilt } from './nametable.ts';
import type { SparseMap } from '../oci/tar/sparse.ts';
import type { TarEntry } from '../oci/tar/scanner.ts';
import { entryFileTypes } from './entrymode.ts';
import { TarScanner } from '../oci/tar/scanner.ts';

const slash = 0x2f;
const dot = 0x2e;
const nameMax = 255;
const maxLinks = 40;
/** Linux takes no longer target of a link, and no empty one. */
const maxTarget = 4095;
/** Docker sets files that are dated before 1970, or later than nanoseconds can count, to 1970. */
const lastSecond = 9_223_372_036;
const opaqueXattr = 'trusted.overlay.opaque';
const opaqueValue = new Uint8Array([0x79]);

/**
 * Indexes a layer's tar while it streams by.
 *
 * Names are taken as containerd's unpacker takes them, as if the layer's root were `/`: `..` stops there, symbolic links
 * among the parents are followed inside the layer, a later entry replaces an earlier one with all below it, missing
 * parents are directories root:root 0755. Whiteouts become what overlayfs wants (linux/Documentation/filesystems/overlayfs.rst,
 * "whiteouts and opaque directories").
 *
 * Lifecycle: `write` in order, then `finish` once. Failure: `invalid`, after which it is of no more use.
 */
export class LayerIndexer {
  readonly #scanner = new TarScanner((entry) => this.#add(entry));
  readonly #nodes = new Table<Nodes>(nodeColumns);
  readonly #inodes = new Table<Inodes>(inodeColumns);
  readonly #arena = new Arena();
  readonly #xattrs = new Map<number, Map<string, Uint8Array>>();
  readonly #sparse = new Map<number, SparseMap>();
  readonly #implicit = new Set<number>();
  readonly #opaque = new Set<number>();
  readonly #dead = new Set<number>();
  readonly #recent = new RecentDirectory();
  #names = nameTable(64);
  #dataSize = 0;
  #links = 0;

  constructor() {
    const root = this.#addNode(rootNode, new Uint8Array(), this.#inodes.append());
    this.#fillImplicit(this.#inodeOf(root));
  }

  write(chunk: Uint8Array): void {
    this.#scanner.write(chunk);
  }

  finish(): LayerIndex {
    this.#scanner.end();
    const nodes = this.#nodes.trimmed();
    const inodes = this.#inodes.trimmed();
    linkUp(nodes, inodes, this.#dead);
    for (const inode of this.#opaque) this.#setXattr(inode, opaqueXattr, opaqueValue);
    return new LayerIndex({
      nodes,
      inodes,
      arena: this.#arena.trimmed(),
      names: this.#names,
      xattrs: this.#xattrs,
      sparse: this.#sparse,
      implicit: this.#implicit,
      dataSize: this.#dataSize,
    });
  }

  #add(entry: TarEntry): void {
    const end = lastSlash(entry.path);
    const name = entry.path.subarray(end + 1);
    const plain = end >= 0 && name.length > 0 && name[0] !== dot;
    if (plain && this.#recent.is(entry.path, end)) return this.#put(this.#recent.node, name, entry);
    const dir = this.#addSlowly(entry);
    if (plain && dir !== undefined) this.#recent.remember(entry.path, end, dir);
  }

  /** Resolves all of the path; gives the directory the entry went to. */
  #addSlowly(entry: TarEntry): number | undefined {
    this.#links = 0;
    const path = components(entry.path);
    if (path.some(isMeta)) return this.#marker(path, entry);
    const name = path.pop();
    if (name === undefined) return this.#describeRoot(entry);
    const dir = this.#directory(rootNode, path);
    this.#put(dir, name, entry);
    return dir;
  }

  #put(dir: number, name: Uint8Array, entry: TarEntry): void {
    if (startsWith(name, whiteoutPrefix)) this.#whiteout(dir, name, entry);
    else if (entry.type === 'hardlink') this.#hardlink(dir, name, entry);
    else this.#place(dir, name, entry);
  }

  /** Takes a node and all below it out of the tree; what takes its place comes right after. */
  #kill(node: number): void {
    this.#dead.add(node);
    this.#recent.forget();
  }

  /** `.wh..wh.opq` makes its directory opaque; other names with that prefix are AUFS's own. */
  #marker(path: Uint8Array[], entry: TarEntry): undefined {
    const name = path.pop() ?? new Uint8Array();
    if (path.some(isMeta) || classifyLayerName(decodeText(name)).kind !== 'opaque') return;
    if (entry.type !== 'file') throw wrong(entry.path, 'a whiteout that is no file');
    this.#opaque.add(this.#inodeOf(this.#directory(rootNode, path)));
  }

  /** In a layer that has the name itself, the whiteout can only speak of what is below: a directory becomes opaque. */
  #whiteout(dir: number, marker: Uint8Array, entry: TarEntry): void {
    const name = marker.subarray(whiteoutPrefix.length);
    if (name.length === 0 || isDots(name)) throw wrong(entry.path, 'a whiteout of nothing');
    const existing = this.#child(dir, name);
    if (existing === undefined) {
      const inode = this.#inodes.append();
      this.#fill(
        inode,
        { ...entry, mode: 0, major: 0, minor: 0, size: 0, offset: 0 },
        fileTypes.characterDevice,
      );
      this.#addNode(dir, name, inode);
    } else if (this.#isDirectory(existing)) {
      this.#opaque.add(this.#inodeOf(existing));
    }
  }

  #describeRoot(entry: TarEntry): undefined {
    if (entry.type !== 'directory') throw wrong(entry.path, 'a root that is no directory');
    this.#describe(rootNode, entry);
  }

  #place(dir: number, name: Uint8Array, entry: TarEntry): void {
    const existing = this.#child(dir, name);
    const isDirectory = entry.type === 'directory';
    if (existing !== undefined && isDirectory && this.#isDirectory(existing))
      return this.#describe(existing, entry);
    const hidden = existing !== undefined && this.#isWhiteout(existing);
    if (existing !== undefined) this.#kill(existing);
    const inode = this.#inodes.append();
    this.#fill(inode, entry, entryFileTypes[entry.type]);
    this.#addNode(dir, name, inode);
    if (isDirectory && hidden) this.#opaque.add(inode);
  }

  #hardlink(dir: number, name: Uint8Array, entry: TarEntry): void {
    const target = this.#lookup(components(entry.link));
    if (target === undefined)
      throw wrong(entry.path, `a hard link to ${show(entry.link)}, which is not in the layer`);
    if (this.#isDirectory(target))
      throw wrong(entry.path, `a hard link to the directory ${show(entry.link)}`);
    const existing = this.#child(dir, name);
    if (existing === target) return;
    if (existing !== undefined) this.#kill(existing);
    this.#addNode(dir, name, this.#inodeOf(target));
  }

  /** The node at a path whose parents may be symbolic links; undefined where something is missing. */
  #lookup(path: Uint8Array[]): number | undefined {
    const name = path.pop();
    if (name === undefined) return rootNode;
    const dir = this.#descend(rootNode, path, () => undefined);
    return dir === undefined ? undefined : this.#child(dir, name);
  }

  /** The directory at a path; what is missing is made. */
  #directory(from: number, path: readonly Uint8Array[]): number {
    return this.#descend(from, path, (dir, name) => this.#makeDirectory(dir, name)) ?? rootNode;
  }

  #descend(from: number, path: readonly Uint8Array[], missing: Missing): number | undefined {
    let dir = from;
    for (const name of path) {
      const next = isDotDot(name) ? this.#parent(dir) : this.#step(dir, name, missing);
      if (next === undefined) return undefined;
      dir = next;
    }
    return dir;
  }

  #step(dir: number, name: Uint8Array, missing: Missing): number | undefined {
    const node = this.#child(dir, name);
    if (node === undefined || this.#isWhiteout(node)) return missing(dir, name);
    const type = fileType(this.#mode(node));
    if (type === fileTypes.directory) return node;
    if (type === fileTypes.symlink) return this.#follow(dir, this.#inodeOf(node), missing);
    throw wrong(name, 'a parent that is no directory');
  }

  #follow(dir: number, link: number, missing: Missing): number | undefined {
    if (++this.#links > maxLinks) throw invalid('invalid layer: too many levels of symbolic links');
    const start = this.#inodes.columns.offset[link] ?? 0;
    const target = this.#arena.bytes.slice(start, start + (this.#inodes.columns.size[link] ?? 0));
    return this.#descend(target[0] === slash ? rootNode : dir, split(target), missing);
  }

  #makeDirectory(dir: number, name: Uint8Array): number {
    const existing = this.#child(dir, name);
    if (existing !== undefined) this.#kill(existing);
    const inode = this.#inodes.append();
    this.#fillImplicit(inode);
    if (existing !== undefined) this.#opaque.add(inode);
    return this.#addNode(dir, name, inode);
  }

  #describe(node: number, entry: TarEntry): void {
    const inode = this.#inodeOf(node);
    this.#xattrs.delete(inode);
    this.#implicit.delete(inode);
    this.#fill(inode, entry, fileTypes.directory);
  }

  #fill(inode: number, entry: Omit<TarEntry, 'path' | 'type'>, type: number): void {
    const c = this.#inodes.columns;
    c.mode[inode] = entry.mode | type;
    c.uid[inode] = entry.uid;
    c.gid[inode] = entry.gid;
    const isTime = entry.mtime.seconds >= 0 && entry.mtime.seconds < lastSecond;
    c.seconds[inode] = isTime ? entry.mtime.seconds : 0;
    c.nanoseconds[inode] = isTime ? entry.mtime.nanoseconds : 0;
    if (type === fileTypes.characterDevice || type === fileTypes.blockDevice) {
      c.rdev[inode] = encodeDevice(entry.major, entry.minor);
    }
    if (type === fileTypes.regular) this.#fillData(inode, entry);
    if (type === fileTypes.symlink) this.#fillTarget(inode, entry.link);
    for (const [name, value] of entry.xattrs ?? []) if (mayHave(name)) this.#setXattr(inode, name, value);
  }

  #fillData(inode: number, { size, offset, sparse }: Pick<TarEntry, 'size' | 'offset' | 'sparse'>): void {
    const c = this.#inodes.columns;
    c.size[inode] = size;
    c.offset[inode] = offset;
    if (sparse) this.#sparse.set(inode, sparse);
    this.#dataSize += size;
  }

  #fillTarget(inode: number, target: Uint8Array): void {
    if (target.length === 0 || target.length > maxTarget)
      throw invalid(
        `invalid layer: a symbolic link to ${target.length === 0 ? 'nothing' : 'a name too long'}`,
      );
    const c = this.#inodes.columns;
    c.offset[inode] = this.#arena.add(target);
    c.size[inode] = target.length;
  }

  #fillImplicit(inode: number): void {
    this.#inodes.columns.mode[inode] = fileTypes.directory | 0o755;
    this.#implicit.add(inode);
  }

  #setXattr(inode: number, name: string, value: Uint8Array): void {
    const of = this.#xattrs.get(inode) ?? new Map<string, Uint8Array>();
    this.#xattrs.set(inode, of.set(name, value));
  }

  #addNode(dir: number, name: Uint8Array, inode: number): number {
    if (name.length > nameMax) throw wrong(name, 'a file name too long');
    const node = this.#nodes.append();
    const c = this.#nodes.columns;
    c.parent[node] = dir;
    c.nameStart[node] = this.#arena.add(name);
    c.nameLength[node] = name.length;
    c.inode[node] = inode;
    if (node === rootNode) return node;
    if (node * 2 > this.#names.slots.length) this.#names = rebuilt(c, this.#arena, node);
    this.#names.slots[findSlot(this.#names, c, this.#arena.bytes, dir, name)] = node + 1;
    return node;
  }

  #child(dir: number, name: Uint8Array): number | undefined {
    const slot = this.#names.slots[findSlot(this.#names, this.#nodes.columns, this.#arena.bytes, dir, name)];
    return slot ? slot - 1 : undefined;
  }

  #parent(node: number): number {
    return this.#nodes.columns.parent[node] ?? rootNode;
  }

  #inodeOf(node: number): number {
    return this.#nodes.columns.inode[node] ?? 0;
  }

  #mode(node: number): number {
    return this.#inodes.columns.mode[this.#inodeOf(node)] ?? 0;
  }

  #isDirectory(node: number): boolean {
    return fileType(this.#mode(node)) === fileTypes.directory;
  }

  #isWhiteout(node: number): boolean {
    const { rdev } = this.#inodes.columns;
    return fileType(this.#mode(node)) === fileTypes.characterDevice && rdev[this.#inodeOf(node)] === 0;
  }
}

/** Indexes a tar that is in memory as a whole. */
export function indexTar(tar: Uint8Array): LayerIndex {
  const indexer = new LayerIndexer();
  indexer.write(tar);
  return indexer.finish();
}

/**
 * The directory of the last entry and how its path was written: the next entry is mostly in the same. It holds until a
 * node is taken out of the tree, the only thing that makes a path mean another directory.
 */
class RecentDirectory {
  node = rootNode;
  #path = new Uint8Array();
  #end = -1;

  /** Whether `path` up to `end` is that directory. */
  is(path: Uint8Array, end: number): boolean {
    if (end !== this.#end) return false;
    for (let i = end - 1; i >= 0; i--) if (path[i] !== this.#path[i]) return false;
    return true;
  }

  remember(path: Uint8Array, end: number, node: number): void {
    this.node = node;
    this.#path = path.slice(0, end);
    this.#end = end;
  }

  forget(): void {
    this.#end = -1;
  }
}

function lastSlash(path: Uint8Array): number {
  return path.lastIndexOf(slash);
}

/** What to do about a directory that is not there: make it, or give up. */
type Missing = (dir: number, name: Uint8Array) => number | undefined;

/** overlayfs reads its own bookkeeping from these; a layer that brought some could redirect names anywhere. */
function mayHave(xattr: string): boolean {
  return !xattr.startsWith('trusted.overlay.') && !xattr.startsWith('user.overlay.');
}

/** The names of a path; `..` takes back the one before it, as in https://pkg.go.dev/path#Clean, and stops at the root. */
function components(path: Uint8Array): Uint8Array[] {
  const names: Uint8Array[] = [];
  for (const name of split(path)) {
    if (isDotDot(name)) names.pop();
    else names.push(name);
  }
  return names;
}

/** The names of a path as they stand, without empty ones and `.`. */
function split(path: Uint8Array): Uint8Array[] {
  const names: Uint8Array[] = [];
  let start = 0;
  for (let i = 0; i <= path.length; i++) {
    if (i < path.length && path[i] !== slash) continue;
    const isDot = i === start + 1 && path[start] === dot;
    if (i > start && !isDot) names.push(path.subarray(start, i));
    start = i + 1;
  }
  return names;
}

function isDotDot(name: Uint8Array): boolean {
  return name.length === 2 && name[0] === dot && name[1] === dot;
}

function isDots(name: Uint8Array): boolean {
  return isDotDot(name) || (name.length === 1 && name[0] === dot);
}

function isMeta(name: Uint8Array): boolean {
  return startsWith(name, '.wh..wh.');
}

function startsWith(name: Uint8Array, prefix: string): boolean {
  if (name.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (name[i] !== prefix.charCodeAt(i)) return false;
  return true;
}

function show(path: Uint8Array): string {
  return JSON.stringify(decodeText(path.subarray(0, 200)));
}

function wrong(path: Uint8Array, what: string): Error {
  return invalid(`invalid layer: ${show(path)} is ${what}`);
}

/**
 * Threads the children of each directory in the order of the tar, leaving out what was replaced, and counts links.
 * Parents have lower numbers than their children, so one pass finds all that is below something dead.
 */
function linkUp(nodes: Nodes, inodes: Inodes, dead: Set<number>): void {
  for (let node = 1; node < nodes.parent.length; node++) {
    if (dead.has(nodes.parent[node] ?? 0)) dead.add(node);
  }
  for (let node = nodes.parent.length - 1; node >= 1; node--) {
    if (!dead.has(node)) linkNode(nodes, inodes, node);
  }
  countDirectory(inodes, rootNode);
}

function linkNode(nodes: Nodes, inodes: Inodes, node: number): void {
  const [parent = 0, inode = 0] = [nodes.parent[node], nodes.inode[node]];
  nodes.nextSibling[node] = nodes.firstChild[parent] ?? 0;
  nodes.firstChild[parent] = node;
  if (fileType(inodes.mode[inode] ?? 0) !== fileTypes.directory) {
    inodes.nlink[inode] = (inodes.nlink[inode] ?? 0) + 1;
    return;
  }
  countDirectory(inodes, inode);
  const above = nodes.inode[parent] ?? 0;
  inodes.nlink[above] = (inodes.nlink[above] ?? 0) + 1;
}

/** A directory is linked from its parent and from itself. */
function countDirectory(inodes: Inodes, inode: number): void {
  inodes.nlink[inode] = (inodes.nlink[inode] ?? 0) + 2;
}

function nodeColumns(rows: number): Nodes {
  return {
    parent: new Uint32Array(rows),
    nameStart: new Uint32Array(rows),
    nameLength: new Uint8Array(rows),
    inode: new Uint32Array(rows),
    firstChild: new Uint32Array(rows),
    nextSibling: new Uint32Array(rows),
  };
}

function inodeColumns(rows: number): Inodes {
  return {
    mode: new Uint16Array(rows),
    uid: new Uint32Array(rows),
    gid: new Uint32Array(rows),
    nlink: new Uint32Array(rows),
    rdev: new Uint32Array(rows),
    size: new Float64Array(rows),
    offset: new Float64Array(rows),
    seconds: new Float64Array(rows),
    nanoseconds: new Uint32Array(rows),
  };
}
