import { NinepError } from '../ninep/errno.ts';
import type { AttributeChange, Attributes, Time } from '../ninep/file.ts';
import type { MaybePromise } from '../ninep/maybe.ts';
import { andThen } from '../ninep/maybe.ts';
import { fileTypes } from '../ninep/qid.ts';
import { GrowingBytes } from './buffer.ts';
import { hostError } from './errors.ts';
import type { EntryRecord, KeptTimes } from './metadata.ts';
import { freshUntil } from './mount.ts';
import type { Mount } from './mount.ts';
import { timeOf, WorkNode } from './node.ts';

/** Of open(2). */
const O_TRUNC = 0o1000;

/** What is changed is held in memory until the host has it. */
export const largestFile = 1 << 30;

/** Read in one go, since what is opened is mostly read to its end. */
const smallFile = 1 << 20;

/** A regular file. What the guest has written is in memory until the host has it; the rest is read from the host. */
export class WorkFile extends WorkNode {
  #handle: FileSystemFileHandle | undefined;
  /** The host's file as it was last looked at. */
  #base: (Blob & { readonly lastModified: number }) | undefined;
  /** The whole content, where it is not the host's, or small and open. */
  #bytes: GrowingBytes | undefined;
  #isChanged = false;
  #freshUntil = 0;
  #opened = 0;
  /** Of an earlier visit, before the host's file was looked at. */
  #keptTimes: KeptTimes | undefined;
  /** Counts changes, so that one that comes while the host is written to is not lost. */
  #version = 0;

  /** Without a handle a new one, which the host is yet to get. */
  constructor(mount: Mount, handle?: FileSystemFileHandle) {
    super(mount, fileTypes.regular | 0o644);
    this.#handle = handle;
    if (handle) return;
    this.#bytes = new GrowingBytes();
    this.#isChanged = true;
  }

  /** Whether the host lacks something of it. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  get isOpen(): boolean {
    return this.#opened > 0;
  }

  get version(): number {
    return this.#version;
  }

  /** The host has changed it, or may have. */
  expire(): void {
    this.#freshUntil = 0;
  }

  /** The host's file of this name, as its directory has listed it. */
  set handle(handle: FileSystemFileHandle) {
    this.#handle = handle;
  }

  override adopt(record: EntryRecord): void {
    super.adopt(record);
    this.#keptTimes = record.times;
  }

  override get record(): EntryRecord | undefined {
    const times = this.#keptTimes ?? this.#ownTimes();
    return times === undefined ? super.record : { ...super.record, times };
  }

  /** Where they are not the host's. */
  #ownTimes(): KeptTimes | undefined {
    const { mtime, ctime } = this;
    const host = this.#base?.lastModified;
    if (host === undefined || this.#isChanged) return undefined;
    const isHosts = [mtime, ctime].every((time) => isSameTime(time, timeOf(host)));
    return isHosts ? undefined : { host, mtime, ctime };
  }

  getattr(): MaybePromise<Attributes> {
    return andThen(this.#refresh(), () => this.attributes(this.size));
  }

  get size(): number {
    return this.#bytes?.length ?? this.#base?.size ?? 0;
  }

  open(flags: number): MaybePromise<void> {
    const opened = () => void this.#opened++;
    return flags & O_TRUNC ? andThen(this.setattr({ size: 0 }), opened) : opened();
  }

  close(): void {
    this.#opened--;
    if (this.#opened > 0) return;
    if (this.#isChanged) this.#tellChange();
    else if (this.#handle) this.#bytes = undefined;
  }

  read(offset: number, count: number): MaybePromise<Uint8Array> {
    return andThen(this.#refresh(), () => {
      if (!this.#bytes && this.size <= smallFile)
        return this.#readHost(0, this.size, (bytes) => this.#keep(bytes, offset, count));
      if (this.#bytes) return this.#bytes.slice(offset, offset + count);
      return this.#readHost(offset, offset + count, (bytes) => bytes);
    });
  }

  write(offset: number, data: Uint8Array): MaybePromise<number> {
    if (offset + data.length > largestFile) throw new NinepError('EFBIG');
    const bytes = this.#bytes;
    if (!bytes) {
      // The frame it is in is gone when the content has come.
      const kept = data.slice();
      return andThen(this.hydrate(), () => this.write(offset, kept));
    }
    bytes.write(offset, data);
    this.#change();
    return data.length;
  }

  override setattr(change: AttributeChange): MaybePromise<void> {
    const { size } = change;
    if (size === undefined) {
      if (change.mtime !== undefined) this.parent?.keepRecord();
      return andThen(this.#refresh(), () => super.setattr(change));
    }
    if (size > largestFile) throw new NinepError('EFBIG');
    if (size === 0) this.#bytes = new GrowingBytes();
    return andThen(this.hydrate(), () => {
      this.#bytes?.resize(size);
      this.#change();
      return super.setattr(change);
    });
  }

  /** Resolves when the host has it, and what is kept beside. */
  fsync(): Promise<void> {
    return this.mount.syncer.flush();
  }

  /** Brings the content into memory, for as long as the host may not have it under this name. */
  hydrate(): MaybePromise<void> {
    if (this.#bytes) return;
    return andThen(this.#refresh(), () => {
      if (this.size > largestFile) throw new NinepError('EFBIG');
      return this.#readHost(0, this.size, (bytes) => void (this.#bytes ??= new GrowingBytes(bytes)));
    });
  }

  /** It stands nowhere any more: the host is not asked for it. Whoever has it open has its content in memory. */
  detach(): void {
    this.#handle = undefined;
  }

  /** It stands elsewhere now, where the host does not have it; its content has been brought into memory. */
  moved(): void {
    this.#handle = undefined;
    this.#isChanged = true;
    this.#version++;
  }

  /** Its content as the host is to have it. */
  get content(): Uint8Array<ArrayBuffer> {
    return this.#bytes?.slice(0, this.#bytes.length) ?? new Uint8Array();
  }

  /** The host has its content of that version. */
  async written(handle: FileSystemFileHandle, version: number): Promise<void> {
    const base = await handle.getFile();
    if (version !== this.#version || this.parent === undefined) return;
    this.#handle = handle;
    this.#base = base;
    this.#isChanged = false;
    // The guest goes on seeing its own times, also after a reload.
    this.parent?.keepRecord();
    this.#freshUntil = freshUntil(this.mount);
    if (!this.isOpen) this.#bytes = undefined;
  }

  #change(): void {
    this.#isChanged = true;
    this.#version++;
    this.touch();
    this.parent?.markEntry(this.name, this.isOpen);
  }

  #tellChange(): void {
    this.parent?.markEntry(this.name, false);
    if (this.parent) this.mount.changed(this.parent);
  }

  #refresh(): MaybePromise<void> {
    const handle = this.#handle;
    if (!handle || this.#isChanged || Date.now() < this.#freshUntil) return;
    return this.#look(handle);
  }

  async #look(handle: FileSystemFileHandle): Promise<void> {
    const version = this.#version;
    const file = await handle.getFile().catch((error: unknown) => {
      throw hostError(error);
    });
    // Changed meanwhile, it may even have been written already: this is older.
    if (this.#isChanged || version !== this.#version) return;
    const before = this.#base;
    this.#freshUntil = freshUntil(this.mount);
    this.#base = file;
    if (before && before.size === file.size && before.lastModified === file.lastModified) return;
    this.#bytes = undefined;
    const kept = this.#keptTimes?.host === file.lastModified ? this.#keptTimes : undefined;
    this.#keptTimes = undefined;
    this.mtime = kept?.mtime ?? timeOf(file.lastModified);
    this.ctime = kept?.ctime ?? this.mtime;
    if (!this.isSet) this.mode = fileTypes.regular | ((await isProgram(file)) ? 0o755 : 0o644);
  }

  async #readHost<T>(from: number, to: number, use: (bytes: Uint8Array<ArrayBuffer>) => T): Promise<T> {
    const read = async () =>
      use(new Uint8Array((await this.#base?.slice(from, to).arrayBuffer()) ?? new ArrayBuffer()));
    try {
      return await read();
    } catch (error) {
      // A file that has changed since it was looked at cannot be read; it is looked at again, once.
      if (!this.#handle) throw hostError(error);
      await this.#look(this.#handle);
      return await read().catch((failure: unknown) => {
        throw hostError(failure);
      });
    }
  }

  #keep(bytes: Uint8Array<ArrayBuffer>, offset: number, count: number): Uint8Array {
    if (this.isOpen) this.#bytes ??= new GrowingBytes(bytes);
    return bytes.subarray(offset, offset + count);
  }
}

function isSameTime(a: Time, b: Time): boolean {
  return a.seconds === b.seconds && a.nanoseconds === b.nanoseconds;
}

/** Hosts of the browser's have no permissions: what says that it is a program may be executed. */
async function isProgram(file: Blob): Promise<boolean> {
  if (file.size < 4) return false;
  const [a, b, c, d] = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return (a === 0x23 && b === 0x21) || (a === 0x7f && b === 0x45 && c === 0x4c && d === 0x46);
}
