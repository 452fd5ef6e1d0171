import type { Decoder, Encoder } from './buffer.ts';
import type { Time } from './file.ts';
import type { Qid } from './qid.ts';

/**
 * The messages of 9P2000.L, field by field in wire order: https://github.com/chaos/diod/blob/master/protocol.md, and
 * for those of 9P2000 https://9fans.github.io/plan9port/man/man9/intro.html. One table serves both directions.
 */
export interface Message<M> {
  readonly type: number;
  decode(from: Decoder): M;
  encode(to: Encoder, message: M): void;
}

interface Field<T> {
  read(from: Decoder): T;
  write(to: Encoder, value: T): void;
}

type Fields<M> = { readonly [K in keyof M]-?: Field<M[K]> };

function message<M extends object>(type: number, fields: Fields<M>): Message<M> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys() is typed as string[]
  const keys = Object.keys(fields) as (keyof M)[];
  return {
    type,
    decode(from) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- complete after the loop
      const out = {} as M;
      for (const key of keys) out[key] = fields[key].read(from);
      return out;
    },
    encode(to, message) {
      for (const key of keys) fields[key].write(to, message[key]);
    },
  };
}

const u8: Field<number> = { read: (d) => d.u8(), write: (e, v) => e.u8(v) };
const u16: Field<number> = { read: (d) => d.u16(), write: (e, v) => e.u16(v) };
const u32: Field<number> = { read: (d) => d.u32(), write: (e, v) => e.u32(v) };
const u64: Field<number> = { read: (d) => d.u64(), write: (e, v) => e.u64(v) };
const string: Field<string> = { read: (d) => d.string(), write: (e, v) => e.string(v) };

const data: Field<Uint8Array> = {
  read: (d) => d.bytes(d.u32()),
  write(e, v) {
    e.u32(v.length);
    e.bytes(v);
  },
};

const qid: Field<Qid> = {
  read: (d) => ({ type: d.u8(), version: d.u32(), path: d.u64() }),
  write(e, v) {
    e.u8(v.type);
    e.u32(v.version);
    e.u64(v.path);
  },
};

const time: Field<Time> = {
  read: (d) => ({ seconds: d.u64(), nanoseconds: d.u64() }),
  write(e, v) {
    e.u64(v.seconds);
    e.u64(v.nanoseconds);
  },
};

function listOf<T>(field: Field<T>): Field<readonly T[]> {
  return {
    read(d) {
      const out: T[] = [];
      for (let left = d.u16(); left > 0 && !d.exhausted; left--) out.push(field.read(d));
      return out;
    },
    write(e, v) {
      e.u16(v.length);
      for (const value of v) field.write(e, value);
    },
  };
}

export const Rlerror = message<{ ecode: number }>(7, { ecode: u32 });
export const Tstatfs = message<{ fid: number }>(8, { fid: u32 });
export const Rstatfs = message<StatfsReply>(9, {
  type: u32,
  bsize: u32,
  blocks: u64,
  bfree: u64,
  bavail: u64,
  files: u64,
  ffree: u64,
  fsid: u64,
  namelen: u32,
});
export const Tlopen = message<{ fid: number; flags: number }>(12, { fid: u32, flags: u32 });
export const Rlopen = message<{ qid: Qid; iounit: number }>(13, { qid, iounit: u32 });
export const Tlcreate = message<CreateRequest>(14, {
  fid: u32,
  name: string,
  flags: u32,
  mode: u32,
  gid: u32,
});
export const Rlcreate = message<{ qid: Qid; iounit: number }>(15, { qid, iounit: u32 });
export const Tsymlink = message<{ fid: number; name: string; target: string; gid: number }>(16, {
  fid: u32,
  name: string,
  target: string,
  gid: u32,
});
export const Rsymlink = message<{ qid: Qid }>(17, { qid });
export const Tmknod = message<MakeNodeRequest>(18, {
  fid: u32,
  name: string,
  mode: u32,
  major: u32,
  minor: u32,
  gid: u32,
});
export const Rmknod = message<{ qid: Qid }>(19, { qid });
export const Treadlink = message<{ fid: number }>(22, { fid: u32 });
export const Rreadlink = message<{ target: string }>(23, { target: string });
export const Tgetattr = message<{ fid: number; mask: number }>(24, { fid: u32, mask: u64 });
export const Rgetattr = message<GetattrReply>(25, {
  valid: u64,
  qid,
  mode: u32,
  uid: u32,
  gid: u32,
  nlink: u64,
  rdev: u64,
  size: u64,
  blksize: u64,
  blocks: u64,
  atime: time,
  mtime: time,
  ctime: time,
  btime: time,
  gen: u64,
  dataVersion: u64,
});
export const Tsetattr = message<SetattrRequest>(26, {
  fid: u32,
  valid: u32,
  mode: u32,
  uid: u32,
  gid: u32,
  size: u64,
  atime: time,
  mtime: time,
});
export const Rsetattr = message<object>(27, {});
export const Txattrwalk = message<{ fid: number; newfid: number; name: string }>(30, {
  fid: u32,
  newfid: u32,
  name: string,
});
export const Rxattrwalk = message<{ size: number }>(31, { size: u64 });
export const Treaddir = message<{ fid: number; offset: number; count: number }>(40, {
  fid: u32,
  offset: u64,
  count: u32,
});
export const Rreaddir = message<{ data: Uint8Array }>(41, { data });
export const Tfsync = message<{ fid: number; datasync: number }>(50, { fid: u32, datasync: u32 });
export const Rfsync = message<object>(51, {});
export const Tlock = message<LockRequest>(52, {
  fid: u32,
  type: u8,
  flags: u32,
  start: u64,
  length: u64,
  procId: u32,
  clientId: string,
});
export const Rlock = message<{ status: number }>(53, { status: u8 });
export const Tgetlock = message<{ fid: number } & LockRange>(54, {
  fid: u32,
  type: u8,
  start: u64,
  length: u64,
  procId: u32,
  clientId: string,
});
export const Rgetlock = message<LockRange>(55, {
  type: u8,
  start: u64,
  length: u64,
  procId: u32,
  clientId: string,
});
export const Tmkdir = message<{ fid: number; name: string; mode: number; gid: number }>(72, {
  fid: u32,
  name: string,
  mode: u32,
  gid: u32,
});
export const Rmkdir = message<{ qid: Qid }>(73, { qid });
export const Trenameat = message<RenameRequest>(74, {
  fid: u32,
  name: string,
  newfid: u32,
  newname: string,
});
export const Rrenameat = message<object>(75, {});
export const Tunlinkat = message<{ fid: number; name: string; flags: number }>(76, {
  fid: u32,
  name: string,
  flags: u32,
});
export const Runlinkat = message<object>(77, {});
export const Tversion = message<{ msize: number; version: string }>(100, { msize: u32, version: string });
export const Rversion = message<{ msize: number; version: string }>(101, { msize: u32, version: string });
export const Tattach = message<AttachRequest>(104, {
  fid: u32,
  afid: u32,
  uname: string,
  aname: string,
  nUname: u32,
});
export const Rattach = message<{ qid: Qid }>(105, { qid });
export const Tflush = message<{ oldtag: number }>(108, { oldtag: u16 });
export const Rflush = message<object>(109, {});
export const Twalk = message<{ fid: number; newfid: number; names: readonly string[] }>(110, {
  fid: u32,
  newfid: u32,
  names: listOf(string),
});
export const Rwalk = message<{ qids: readonly Qid[] }>(111, { qids: listOf(qid) });
export const Tread = message<{ fid: number; offset: number; count: number }>(116, {
  fid: u32,
  offset: u64,
  count: u32,
});
export const Rread = message<{ data: Uint8Array }>(117, { data });
export const Twrite = message<{ fid: number; offset: number; data: Uint8Array }>(118, {
  fid: u32,
  offset: u64,
  data,
});
export const Rwrite = message<{ count: number }>(119, { count: u32 });
export const Tclunk = message<{ fid: number }>(120, { fid: u32 });
export const Rclunk = message<object>(121, {});
export const Tremove = message<{ fid: number }>(122, { fid: u32 });

/** One record of Rreaddir's data. */
export const Dirent = message<{ qid: Qid; offset: number; type: number; name: string }>(0, {
  qid,
  offset: u64,
  type: u8,
  name: string,
});

/**
 * Requests that no backend takes, so their fields are not decoded; each starts with a fid. Linux asks Trename only where
 * Trenameat is not known.
 */
export const refusedTypes = { Trename: 20, Txattrcreate: 32, Tlink: 70 } as const;

export interface StatfsReply {
  type: number;
  bsize: number;
  blocks: number;
  bfree: number;
  bavail: number;
  files: number;
  ffree: number;
  fsid: number;
  namelen: number;
}

export interface GetattrReply {
  valid: number;
  qid: Qid;
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  rdev: number;
  size: number;
  blksize: number;
  blocks: number;
  atime: Time;
  mtime: Time;
  ctime: Time;
  btime: Time;
  gen: number;
  dataVersion: number;
}

export interface SetattrRequest {
  fid: number;
  valid: number;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  atime: Time;
  mtime: Time;
}

interface CreateRequest {
  fid: number;
  name: string;
  flags: number;
  mode: number;
  gid: number;
}

interface MakeNodeRequest {
  fid: number;
  name: string;
  mode: number;
  major: number;
  minor: number;
  gid: number;
}

interface RenameRequest {
  fid: number;
  name: string;
  newfid: number;
  newname: string;
}

interface LockRange {
  type: number;
  start: number;
  length: number;
  procId: number;
  clientId: string;
}

interface LockRequest extends LockRange {
  fid: number;
  flags: number;
}

interface AttachRequest {
  fid: number;
  afid: number;
  uname: string;
  aname: string;
  nUname: number;
}
