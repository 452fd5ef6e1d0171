import { expect } from 'vitest';
import { Decoder } from './buffer.ts';
import { errno } from './errno.ts';
import type { ErrnoName } from './errno.ts';
import type { DirEntry } from './file.ts';
import { FrameWriter, headerSize, noTag, readHeader } from './frame.ts';
import type { Message } from './messages.ts';
import * as m from './messages.ts';
import type { Handle9p } from './server.ts';
import { concat } from '../oci/bytes.ts';

/** An Rlerror, as the client throws it. */
export class RemoteError extends Error {
  readonly ecode: number;

  constructor(ecode: number) {
    super(Object.entries(errno).find(([, code]) => code === ecode)?.[0] ?? `errno ${ecode}`);
    this.ecode = ecode;
  }
}

/** A 9P2000.L client that speaks to a server's handler directly, for tests. */
export class TestClient {
  readonly #handle: Handle9p;
  readonly #writer = new FrameWriter(1 << 20);
  #tag = 0;
  #fid = 0;

  constructor(handle: Handle9p) {
    this.#handle = handle;
  }

  /** A client whose fid 0 is the root of the tree. */
  static async attached(handle: Handle9p, msize = 65536): Promise<TestClient> {
    const client = new TestClient(handle);
    await client.call(m.Tversion, { msize, version: '9P2000.L' }, m.Rversion, noTag);
    await client.call(
      m.Tattach,
      { fid: 0, afid: 0xffffffff, uname: 'root', aname: '', nUname: 0 },
      m.Rattach,
    );
    return client;
  }

  newFid(): number {
    return ++this.#fid;
  }

  newTag(): number {
    this.#tag = (this.#tag + 1) % 0xff00;
    return this.#tag;
  }

  /** A request as it goes over the wire. */
  frame<M>(message: Message<M>, body: M, tag = this.newTag()): Uint8Array {
    this.#writer.begin(tag);
    this.#writer.put(message, body);
    return this.#writer.frame()?.slice() ?? new Uint8Array();
  }

  /** Sends a frame and gives what comes back. */
  send(frame: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.#handle(frame, (reply) => resolve(reply.slice()));
    });
  }

  async call<T, R>(request: Message<T>, body: T, reply: Message<R>, tag = this.newTag()): Promise<R> {
    const frame = await this.send(this.frame(request, body, tag));
    return decodeReply(frame, reply, tag);
  }

  /** Walks from fid 0 and gives the new fid. */
  async walk(...names: string[]): Promise<number> {
    const newfid = this.newFid();
    const { qids } = await this.call(m.Twalk, { fid: 0, newfid, names }, m.Rwalk);
    if (qids.length < names.length) throw new RemoteError(errno.ENOENT);
    return newfid;
  }

  async open(...names: string[]): Promise<number> {
    const fid = await this.walk(...names);
    await this.call(m.Tlopen, { fid, flags: 0 }, m.Rlopen);
    return fid;
  }

  async stat(...names: string[]) {
    const fid = await this.walk(...names);
    const attributes = await this.call(m.Tgetattr, { fid, mask: 0x7ff }, m.Rgetattr);
    await this.clunk(fid);
    return attributes;
  }

  async read(fid: number, count = 1 << 20): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let offset = 0; ;) {
      const { data } = await this.call(m.Tread, { fid, offset, count }, m.Rread);
      if (data.length === 0) return concat(parts);
      parts.push(data);
      offset += data.length;
    }
  }

  async readFile(...names: string[]): Promise<Uint8Array> {
    const fid = await this.open(...names);
    const data = await this.read(fid);
    await this.clunk(fid);
    return data;
  }

  async readlink(...names: string[]): Promise<string> {
    const fid = await this.walk(...names);
    const { target } = await this.call(m.Treadlink, { fid }, m.Rreadlink);
    await this.clunk(fid);
    return target;
  }

  /** All entries of a directory, `.` and `..` included, asked for `count` bytes at a time. */
  async readdir(names: string[], count = 8192): Promise<DirEntry[]> {
    const fid = await this.open(...names);
    const entries: DirEntry[] = [];
    for (;;) {
      const part = await this.direntsAt(fid, entries.at(-1)?.cookie ?? 0, count);
      if (part.length === 0) break;
      entries.push(...part);
    }
    await this.clunk(fid);
    return entries;
  }

  async direntsAt(fid: number, offset: number, count: number): Promise<DirEntry[]> {
    const { data } = await this.call(m.Treaddir, { fid, offset, count }, m.Rreaddir);
    expect(data.length).toBeLessThanOrEqual(count);
    const decoder = new Decoder(data);
    const entries: DirEntry[] = [];
    for (;;) {
      const { qid, offset: cookie, type, name } = m.Dirent.decode(decoder);
      if (decoder.exhausted) return entries;
      entries.push({ name, qid, type, cookie });
    }
  }

  async xattrs(...names: string[]): Promise<Record<string, Uint8Array>> {
    const fid = await this.walk(...names);
    const list = new TextDecoder().decode(await this.xattr(fid, ''));
    const out: Record<string, Uint8Array> = {};
    for (const name of list.split('\0').slice(0, -1)) out[name] = await this.xattr(fid, name);
    await this.clunk(fid);
    return out;
  }

  async xattr(fid: number, name: string): Promise<Uint8Array> {
    const newfid = this.newFid();
    const { size } = await this.call(m.Txattrwalk, { fid, newfid, name }, m.Rxattrwalk);
    const value = await this.read(newfid);
    expect(value.length).toBe(size);
    await this.clunk(newfid);
    return value;
  }

  async clunk(fid: number): Promise<void> {
    await this.call(m.Tclunk, { fid }, m.Rclunk);
  }
}

/** Expects an Rlerror of that errno. */
export async function expectErrno(call: Promise<unknown>, code: ErrnoName): Promise<void> {
  await expect(call).rejects.toThrow(code);
}

/** Reads a reply of the type expected; an Rlerror is thrown. */
export function decodeReply<R>(frame: Uint8Array, reply: Message<R>, tag: number): R {
  const header = readHeader(frame);
  if (header?.size !== frame.length || header.tag !== tag) throw new Error('a reply whose header is wrong');
  const decoder = new Decoder(frame, headerSize);
  if (header.type === m.Rlerror.type) throw new RemoteError(m.Rlerror.decode(decoder).ecode);
  if (header.type !== reply.type) throw new Error(`a reply of type ${header.type}`);
  const body = reply.decode(decoder);
  if (decoder.exhausted) throw new Error('a reply cut short');
  return body;
}
