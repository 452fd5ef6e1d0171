import type { Encoder } from '../buffer.ts';
import { NinepError } from '../errno.ts';
import type { Fid, Node } from '../fids.ts';
import type { DirEntry, File } from '../file.ts';
import { on } from '../handler.ts';
import { andThen } from '../maybe.ts';
import {
  Dirent,
  Rfsync,
  Rgetlock,
  Rlock,
  Rlopen,
  Rread,
  Rreaddir,
  Rwrite,
  Tfsync,
  Tgetlock,
  Tlock,
  Tlopen,
  Tread,
  Treaddir,
  Twrite,
} from '../messages.ts';
import { fileTypes } from '../qid.ts';
import { dataLimit } from '../session.ts';

/** Bits of open(2) as include/net/9p/9p.h fixes them for the wire (P9_DOTL_*). */
const openFlags = { accessMode: 3, truncate: 0o1000, directory: 0o200000 };

const onLopen = on(Tlopen, (session, { fid, flags }) => {
  const entry = session.fids.get(fid);
  const { file } = entry.node;
  if (entry.flags !== undefined || entry.xattr !== undefined)
    throw new NinepError('EINVAL', `fid ${fid} is open`);
  mayOpen(file, flags);
  return andThen(file.open?.(flags), () => (out) => {
    entry.flags = flags;
    out.put(Rlopen, { qid: file.qid, iounit: 0 });
  });
});

function mayOpen(file: File, flags: number): void {
  const writes = (flags & (openFlags.accessMode | openFlags.truncate)) !== 0;
  if (file.readdir === undefined && flags & openFlags.directory) throw new NinepError('ENOTDIR');
  if (writes && file.readdir !== undefined) throw new NinepError('EISDIR');
  if (writes && file.write === undefined) throw new NinepError('EROFS');
}

const onRead = on(Tread, (session, { fid, offset, count }) => {
  const limit = dataLimit(session, count);
  return andThen(readFid(session.fids.get(fid), offset, limit), (data) => (out) => {
    out.put(Rread, { data: data.length > limit ? data.subarray(0, limit) : data });
  });
});

/** "Under 9P2000.L, read cannot be used on directories." */
function readFid({ node: { file }, xattr, flags }: Fid, offset: number, count: number) {
  if (xattr !== undefined) return xattr.subarray(offset, offset + count);
  if (flags === undefined) throw new NinepError('EBADF', 'read from a fid that is not open');
  if (file.readdir !== undefined) throw new NinepError('EISDIR');
  if (file.read === undefined) throw new NinepError('EINVAL', 'nothing to read here');
  return file.read(offset, count);
}

const onWrite = on(Twrite, (session, { fid, offset, data }) => {
  const { file } = session.fids.opened(fid).node;
  if (file.write === undefined) throw new NinepError('EROFS');
  return andThen(file.write(offset, data), (count) => (out) => out.put(Rwrite, { count }));
});

const onFsync = on(Tfsync, (session, { fid }) =>
  andThen(session.fids.opened(fid).node.file.fsync?.(), () => (out) => out.put(Rfsync, {})),
);

const dots = 2;

/**
 * The wire's offsets 1 and 2 follow `.` and `..`, which come from the fid; above, they are the backend's cookies and 2.
 */
const onReaddir = on(Treaddir, (session, { fid, offset, count }) => {
  const { node } = session.fids.opened(fid);
  if (node.file.readdir === undefined) throw new NinepError('ENOTDIR');
  const limit = dataLimit(session, count);
  return andThen(node.file.readdir(Math.max(0, offset - dots)), (entries) => (out) => {
    out.fill(Rreaddir.type, (encoder) => fillEntries(encoder, limit, withDots(node, offset, entries)));
  });
});

function* withDots(node: Node, offset: number, entries: Iterable<DirEntry>): Iterable<DirEntry> {
  if (offset < 1) yield dot('.', node, 1 - dots);
  if (offset < dots) yield dot('..', node.parent ?? node, 0);
  yield* entries;
}

function dot(name: string, { file: { qid } }: Node, cookie: number): DirEntry {
  return { name, qid, type: fileTypes.directory >> 12, cookie };
}

/** No entry at all would mean the directory's end, so a buffer too small for the first is an error, as in getdents(2). */
function fillEntries(encoder: Encoder, limit: number, entries: Iterable<DirEntry>): void {
  const start = encoder.offset + 4;
  encoder.u32(0);
  for (const { name, qid, type, cookie } of entries) {
    const before = encoder.offset;
    Dirent.encode(encoder, { qid, offset: cookie + dots, type, name });
    if (!encoder.exhausted && encoder.offset - start <= limit) continue;
    if (before === start) throw new NinepError('EINVAL', 'no room for one directory entry');
    encoder.reset(before);
    break;
  }
  encoder.patchU32(start - 4, encoder.offset - start);
}

const lockSuccess = 0;
const unlocked = 2;

/** Locks are granted: the one client has set its own kernel's lock before it asks (fs/9p/vfs_file.c). */
const onLock = on(Tlock, (session, { fid }) => {
  session.fids.opened(fid);
  return (out) => out.put(Rlock, { status: lockSuccess });
});

const onGetlock = on(Tgetlock, (session, { fid, start, length, procId, clientId }) => {
  session.fids.opened(fid);
  return (out) => out.put(Rgetlock, { type: unlocked, start, length, procId, clientId });
});

/** Requests about what is in a file. */
export const ioHandlers = [onLopen, onRead, onWrite, onFsync, onReaddir, onLock, onGetlock];
