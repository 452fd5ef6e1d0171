import type { AttributeChange, Attributes, File, FileSystemStatus, Time } from '../ninep/file.ts';
import type { MaybePromise } from '../ninep/maybe.ts';
import type { Qid } from '../ninep/qid.ts';
import { qidType } from '../ninep/qid.ts';
import type { WorkDirectory } from './directory.ts';
import type { EntryRecord } from './metadata.ts';
import { newInode } from './mount.ts';
import type { Mount } from './mount.ts';

const permissions = 0o7777;

/** A file, directory or symbolic link of a working folder. */
export abstract class WorkNode implements File {
  readonly qid: Qid;
  readonly mount: Mount;
  mode: number;
  uid = 0;
  gid = 0;
  mtime: Time = timeOf(Date.now());
  ctime: Time = this.mtime;
  /** Undefined for the root, and for what has been removed. */
  parent: WorkDirectory | undefined;
  name = '';
  /** Its place in its directory's list, for good. */
  cookie = 0;
  /** What is to be kept beside the host: only what somebody has set. */
  isSet = false;

  constructor(mount: Mount, mode: number) {
    this.mount = mount;
    this.mode = mode;
    this.qid = { type: qidType(mode), version: 1, path: newInode() };
  }

  /** Below its mount, with slashes; empty for the mount itself. */
  get mountPath(): string {
    if (!this.parent || this.parent.mount !== this.mount) return '';
    const above = this.parent.mountPath;
    return above === '' ? this.name : `${above}/${this.name}`;
  }

  /** Below /root/work; empty for that itself. */
  get path(): string {
    const above = this.parent?.path ?? '';
    return above === '' ? this.name : `${above}/${this.name}`;
  }

  abstract getattr(): MaybePromise<Attributes>;

  statfs(): FileSystemStatus {
    return {
      blockSize: 4096,
      blocks: 1 << 21,
      blocksFree: 1 << 20,
      files: 1 << 20,
      filesFree: 1 << 19,
      id: 2,
    };
  }

  setattr(change: AttributeChange): MaybePromise<void> {
    if (change.mode !== undefined) this.mode = (this.mode & ~permissions) | (change.mode & permissions);
    if (change.uid !== undefined) this.uid = change.uid;
    if (change.gid !== undefined) this.gid = change.gid;
    if (change.mtime !== undefined) this.mtime = change.mtime === 'now' ? timeOf(Date.now()) : change.mtime;
    this.ctime = timeOf(Date.now());
    if (change.mode !== undefined || change.uid !== undefined || change.gid !== undefined) this.set();
  }

  /** What was set of it is kept. */
  set(): void {
    this.isSet = true;
    this.parent?.keepRecord();
  }

  adopt({ mode, uid = 0, gid = 0 }: EntryRecord): void {
    if (mode === undefined && uid === 0 && gid === 0) return;
    if (mode !== undefined) this.mode = (this.mode & ~permissions) | (mode & permissions);
    this.uid = uid;
    this.gid = gid;
    this.isSet = true;
  }

  get record(): EntryRecord | undefined {
    if (!this.isSet) return undefined;
    return {
      mode: this.mode & permissions,
      ...(this.uid > 0 && { uid: this.uid }),
      ...(this.gid > 0 && { gid: this.gid }),
    };
  }

  protected attributes(size: number, nlink = 1): Attributes {
    const { mode, uid, gid, mtime, ctime } = this;
    return { mode, uid, gid, nlink, rdev: 0, size, blocks: Math.ceil(size / 512), mtime, ctime };
  }

  protected touch(): void {
    this.mtime = timeOf(Date.now());
    this.ctime = this.mtime;
  }
}

export function timeOf(milliseconds: number): Time {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanoseconds: Math.floor((milliseconds - seconds * 1000) * 1e6) };
}
