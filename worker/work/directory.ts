import { NinepError } from '../ninep/errno.ts';
import type { Attributes, DirEntry, File, NewFile } from '../ninep/file.ts';
import type { MaybePromise } from '../ninep/maybe.ts';
import { andThen } from '../ninep/maybe.ts';
import { direntType, fileTypes } from '../ninep/qid.ts';
import { hostError, isNamed } from './errors.ts';
import { WorkFile } from './file.ts';
import type { DirectoryRecord } from './metadata.ts';
import { freshUntil } from './mount.ts';
import type { Mount } from './mount.ts';
import { WorkNode } from './node.ts';
import { WorkSymlink } from './symlink.ts';

/** Chromium writes into these first, and renames them. */
const swapFile = /\.crswap$/;

/** A directory. Its entries are the host's, read when they are asked for, and what the guest has made of them. */
export class WorkDirectory extends WorkNode {
  readonly #children = new Map<string, WorkNode>();
  #handle: FileSystemDirectoryHandle | undefined;
  /** Names whose entries the host does not have as they are here. */
  readonly #pending = new Set<string>();
  /** Names that have been pending since a listing began: what it says of them may be older. */
  #unsure = new Set<string>();
  #freshUntil: number;
  #record: DirectoryRecord | undefined;
  #listing: Promise<void> | undefined;
  #nextCookie = 1;

  /** Without a handle a new one, which the host is yet to get. */
  constructor(mount: Mount, handle?: FileSystemDirectoryHandle) {
    super(mount, fileTypes.directory | 0o755);
    this.#handle = handle;
    this.#freshUntil = handle ? 0 : Infinity;
    if (!handle) this.#record = {};
  }

  get handle(): FileSystemDirectoryHandle | undefined {
    return this.#handle;
  }

  set handle(handle: FileSystemDirectoryHandle | undefined) {
    this.#handle = handle;
  }

  /** The host has changed it, or may have. */
  expire(): void {
    if (this.#handle) this.#freshUntil = 0;
  }

  /** What is known already of a name; the host is not asked. */
  known(name: string): WorkNode | undefined {
    return this.#children.get(name);
  }

  get knownChildren(): readonly WorkNode[] {
    return [...this.#children.values()];
  }

  getattr(): MaybePromise<Attributes> {
    return andThen(this.load(), () => {
      const directories = this.knownChildren.filter((child) => child instanceof WorkDirectory);
      return this.attributes(4096, 2 + directories.length);
    });
  }

  lookup(name: string): MaybePromise<WorkNode | undefined> {
    return andThen(this.load(), () => this.#children.get(name));
  }

  readdir(after: number): MaybePromise<DirEntry[]> {
    return andThen(this.load(), () =>
      this.knownChildren
        .filter(({ cookie }) => cookie > after)
        .sort((a, b) => a.cookie - b.cookie)
        .map(({ name, qid, mode, cookie }) => ({ name, qid, type: direntType(mode), cookie })),
    );
  }

  create(name: string, _flags: number, owner: NewFile): MaybePromise<WorkFile> {
    return andThen(
      this.#make(name, () => new WorkFile(this.mount), owner),
      (file) => andThen(file.open(0), () => file),
    );
  }

  mkdir(name: string, owner: NewFile): MaybePromise<WorkDirectory> {
    return this.#make(name, () => new WorkDirectory(this.mount), owner);
  }

  symlink(name: string, target: string, owner: NewFile): MaybePromise<WorkSymlink> {
    return this.#make(name, () => new WorkSymlink(this.mount, target), owner);
  }

  unlink(name: string, directory: boolean): MaybePromise<void> {
    return andThen(this.#mayRemove(name, directory), (child) => {
      if (!(child instanceof WorkFile) || !child.isOpen) return this.#take(child);
      // Whoever has it open goes on with what was in it.
      return andThen(child.hydrate(), () => this.#take(child));
    });
  }

  rename(name: string, to: File, newName: string): MaybePromise<void> {
    if (!(to instanceof WorkDirectory) || to.mount !== this.mount) throw new NinepError('EXDEV');
    return this.#rename(name, to, newName);
  }

  /** Puts a node under a name that is free. */
  add(name: string, child: WorkNode): void {
    child.parent = this;
    child.name = name;
    child.cookie = this.#nextCookie++;
    this.#children.set(name, child);
  }

  /** Takes a node out and leaves the host alone. */
  release(name: string): void {
    const child = this.#children.get(name);
    if (child) child.parent = undefined;
    this.#children.delete(name);
  }

  /** A child has changed: the host is to get it. Later when it may change again at once. */
  markEntry(name: string, isBusy: boolean): void {
    if (!this.mount.handle) return;
    this.#pending.add(name);
    if (this.#listing) this.#unsure.add(name);
    this.mount.syncer.mark(this, name, isBusy);
  }

  /** The host has the entry as it is here. */
  synced(name: string): void {
    this.#pending.delete(name);
  }

  /** What the host cannot hold has changed. */
  keepRecord(): void {
    this.mount.syncer.markRecord(this);
  }

  async saveRecord(): Promise<void> {
    // What a host that was not asked yet has is not known, nor is what was kept of it.
    await this.load();
    const records = this.knownChildren.flatMap(({ name, record }) =>
      record ? [[name, record] as const] : [],
    );
    await this.mount.metadata.set(this.mountPath, Object.fromEntries(records));
  }

  /** Knows what is in it, as far as that can be known. */
  load(): MaybePromise<void> {
    // One that goes on may have begun before what has made it stale.
    if (this.#listing) return this.#listing.catch(() => undefined).then(() => this.load());
    if (Date.now() < this.#freshUntil) return;
    this.#listing = this.#list().finally(() => (this.#listing = undefined));
    return this.#listing;
  }

  /** Resolves when the host has everything of its mount. */
  fsync(): Promise<void> {
    return this.mount.syncer.flush();
  }

  async #list(): Promise<void> {
    const handle = this.#handle;
    if (!handle) return;
    this.#record ??= { ...(await this.mount.metadata.get(this.mountPath)) };
    this.#unsure = new Set(this.#pending);
    this.#freshUntil = Infinity;
    const found = new Map<string, FileSystemHandle>();
    try {
      for await (const [name, child] of handle.entries()) if (!swapFile.test(name)) found.set(name, child);
    } catch (error) {
      this.#freshUntil = 0;
      throw hostError(error);
    }
    // Unless it has become stale meanwhile.
    if (this.#freshUntil > 0) this.#freshUntil = freshUntil(this.mount);
    for (const child of this.knownChildren) this.#dropMissing(child, found);
    for (const [name, child] of found) this.#takeIn(name, child);
    for (const [name, { target }] of Object.entries(this.#record))
      if (target !== undefined && !this.#children.has(name) && !this.#unsure.has(name))
        this.#adopt(name, new WorkSymlink(this.mount, target));
  }

  #dropMissing(child: WorkNode, found: ReadonlyMap<string, unknown>): void {
    const isHosts = !(child instanceof WorkSymlink) && child.mount === this.mount;
    if (!isHosts || found.has(child.name) || this.#unsure.has(child.name)) return;
    this.#children.delete(child.name);
    child.parent = undefined;
  }

  #takeIn(name: string, found: FileSystemHandle): void {
    if (this.#unsure.has(name)) return;
    const known = this.#children.get(name);
    if (known && known.mount !== this.mount) return;
    if (found.kind === 'file') this.#takeFile(name, known, found as FileSystemFileHandle);
    else this.#takeDirectory(name, known, found as FileSystemDirectoryHandle);
  }

  #takeFile(name: string, known: WorkNode | undefined, handle: FileSystemFileHandle): void {
    if (known instanceof WorkFile) known.handle = handle;
    else this.#adopt(name, new WorkFile(this.mount, handle));
  }

  #takeDirectory(name: string, known: WorkNode | undefined, handle: FileSystemDirectoryHandle): void {
    if (known instanceof WorkDirectory) known.handle = handle;
    else this.#adopt(name, new WorkDirectory(this.mount, handle));
  }

  #adopt(name: string, child: WorkNode): void {
    const record = this.#record?.[name];
    this.add(name, child);
    const isLink = record?.target !== undefined;
    if (record && isLink === child instanceof WorkSymlink) child.adopt(record);
  }

  #make<N extends WorkNode>(name: string, make: () => N, { mode, gid }: NewFile): MaybePromise<N> {
    return andThen(this.load(), () => {
      if (this.#children.has(name)) throw new NinepError('EEXIST');
      return andThen(this.#mustNotClash(name), () => {
        const child = make();
        child.mode = (child.mode & ~0o7777) | mode;
        child.gid = gid;
        this.add(name, child);
        if (isUnusual(child)) child.isSet = true;
        this.#changed(name);
        return child;
      });
    });
  }

  /** A host that does not tell case would take the new file for the old one, and so would whoever reads there. */
  #mustNotClash(name: string, except?: string): MaybePromise<void> {
    const folded = fold(name);
    const clash = [...this.#children.keys()].find(
      (other) => other !== except && other !== name && fold(other) === folded,
    );
    if (clash === undefined || !this.#handle) return;
    return this.#tellsCase(this.#handle, name);
  }

  async #tellsCase(handle: FileSystemDirectoryHandle, name: string): Promise<void> {
    await this.mount.syncer.flush();
    try {
      await handle.getFileHandle(name);
    } catch (error) {
      if (isNamed(error, 'NotFoundError')) return;
    }
    throw new NinepError('EEXIST', `${name} differs in case only from a file that is there`);
  }

  #mayRemove(name: string, directory: boolean): MaybePromise<WorkNode> {
    return andThen(this.lookup(name), (child) => {
      if (!child) throw new NinepError('ENOENT');
      if (child.mount !== this.mount) throw new NinepError('EBUSY');
      if (!(child instanceof WorkDirectory)) {
        if (directory) throw new NinepError('ENOTDIR');
        return child;
      }
      if (!directory) throw new NinepError('EISDIR');
      return andThen(child.load(), () => {
        if (child.#children.size > 0) throw new NinepError('ENOTEMPTY');
        return child;
      });
    });
  }

  #take(child: WorkNode): void {
    const { name } = child;
    this.#children.delete(name);
    child.parent = undefined;
    // What was kept of it is not for what comes under its name.
    if (this.#record) delete this.#record[name];
    if (child instanceof WorkFile) child.detach();
    this.#changed(name);
  }

  #changed(name: string): void {
    this.touch();
    this.markEntry(name, this.#children.get(name) instanceof WorkFile);
    this.keepRecord();
    this.mount.changed(this);
  }

  async #rename(name: string, to: WorkDirectory, newName: string): Promise<void> {
    const child = await this.lookup(name);
    if (!child) throw new NinepError('ENOENT');
    if (child.mount !== this.mount) throw new NinepError('EBUSY');
    for (let above: WorkDirectory | undefined = to; above; above = above.parent)
      if (above === child) throw new NinepError('EINVAL');
    const there = await to.lookup(newName);
    if (there === child) return;
    if (there) await mayReplace(there, child);
    else await to.#mustNotClash(newName, to === this ? name : undefined);
    const held: WorkFile[] = [];
    try {
      await moveAway(child, { left: mostToMove, held });
      if (there instanceof WorkFile && there.isOpen) await there.hydrate();
      if (there) to.#take(there);
      this.#take(child);
      to.add(newName, child);
      to.#changed(newName);
      markBelow(child);
    } finally {
      for (const file of held) file.close();
    }
  }
}

function isUnusual({ mode, gid }: WorkNode): boolean {
  const usual = (mode & 0o170000) === fileTypes.directory ? 0o755 : 0o644;
  return (mode & 0o7777) !== usual || gid !== 0;
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

async function mayReplace(there: WorkNode, by: WorkNode): Promise<void> {
  if (there.mount !== by.mount) throw new NinepError('EBUSY');
  if (by instanceof WorkDirectory) {
    if (!(there instanceof WorkDirectory)) throw new NinepError('ENOTDIR');
    await there.load();
    if (there.knownChildren.length > 0) throw new NinepError('ENOTEMPTY');
  } else if (there instanceof WorkDirectory) throw new NinepError('EISDIR');
}

/** Bytes that a rename may bring into memory; above, it is refused as one between file systems is, and mv copies. */
const mostToMove = 256 << 20;

/**
 * The host cannot move: what moves is read whole, forgotten there, and written anew. The files are held open, since one
 * that nobody has open does not keep its content when the host has come to have it.
 */
async function moveAway(node: WorkNode, budget: { left: number; held: WorkFile[] }): Promise<void> {
  if (node instanceof WorkFile) {
    const { size } = await node.getattr();
    budget.left -= size;
    if (budget.left < 0) throw new NinepError('EXDEV');
    await node.open(0);
    budget.held.push(node);
    await node.hydrate();
  } else if (node instanceof WorkDirectory) {
    await node.load();
    for (const child of node.knownChildren) {
      if (child.mount !== node.mount) throw new NinepError('EBUSY');
      await moveAway(child, budget);
    }
  }
}

/** Marks everything below as not the host's. */
function markBelow(node: WorkNode): void {
  if (node instanceof WorkFile) node.moved();
  if (!(node instanceof WorkDirectory)) return;
  node.handle = undefined;
  node.keepRecord();
  for (const child of node.knownChildren) {
    node.markEntry(child.name, false);
    markBelow(child);
  }
}
