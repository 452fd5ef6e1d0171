import { NinepError } from '../errno.ts';
import type { AttributeChange, Attributes, FileSystemStatus, Time } from '../file.ts';
import { on } from '../handler.ts';
import type { MaybePromise } from '../maybe.ts';
import { andThen } from '../maybe.ts';
import type { GetattrReply, SetattrRequest, StatfsReply } from '../messages.ts';
import {
  Rgetattr,
  Rreadlink,
  Rsetattr,
  Rstatfs,
  Rxattrwalk,
  Tgetattr,
  Treadlink,
  Tsetattr,
  Tstatfs,
  Txattrwalk,
} from '../messages.ts';
import type { File } from '../file.ts';
import type { Qid } from '../qid.ts';
import { encodeText } from '../../oci/text.ts';

const onGetattr = on(Tgetattr, (session, { fid }) => {
  const { file } = session.fids.get(fid).node;
  return andThen(
    file.getattr(),
    (attributes) => (out) => out.put(Rgetattr, getattrReply(file.qid, attributes)),
  );
});

const onSetattr = on(Tsetattr, (session, request) => {
  const { file } = session.fids.get(request.fid).node;
  if (file.setattr === undefined) throw new NinepError('EROFS');
  return andThen(file.setattr(attributeChange(request)), () => (out) => out.put(Rsetattr, {}));
});

const onStatfs = on(Tstatfs, (session, { fid }) =>
  andThen(
    session.fids.get(fid).node.file.statfs(),
    (status) => (out) => out.put(Rstatfs, statfsReply(status)),
  ),
);

const onReadlink = on(Treadlink, (session, { fid }) => {
  const { file } = session.fids.get(fid).node;
  if (file.readlink === undefined) throw new NinepError('EINVAL', 'not a symbolic link');
  return andThen(file.readlink(), (target) => (out) => out.put(Rreadlink, { target }));
});

/** An empty name makes a fid from which the list of names is read, each ended by a NUL as listxattr(2) wants it. */
const onXattrwalk = on(Txattrwalk, (session, { fid, newfid, name }) => {
  const { node } = session.fids.get(fid);
  session.fids.mustBeFree(newfid);
  const value = name === '' ? xattrList(node.file) : node.file.getXattr?.(name);
  return andThen(value, (xattr) => (out) => {
    if (xattr === undefined) return out.fail('ENODATA');
    session.fids.set(newfid, { node, flags: undefined, xattr });
    out.put(Rxattrwalk, { size: xattr.length });
  });
});

/** Requests about what a file is rather than what is in it. */
export const attrHandlers = [onGetattr, onSetattr, onStatfs, onReadlink, onXattrwalk];

function xattrList(file: File): MaybePromise<Uint8Array> {
  return andThen(file.listXattrs?.() ?? [], (names) => encodeText(names.map((name) => `${name}\0`).join('')));
}

const epoch: Time = { seconds: 0, nanoseconds: 0 };
const blockSize = 4096;

/** P9_GETATTR_BASIC: every field up to `blocks` is valid. */
const getattrBasic = 0x7ff;

/** Field by field, since object spread took ten times as long as all the rest of the request. */
function getattrReply(qid: Qid, attributes: Attributes): GetattrReply {
  return {
    valid: getattrBasic,
    qid,
    mode: attributes.mode,
    uid: attributes.uid,
    gid: attributes.gid,
    nlink: attributes.nlink,
    rdev: attributes.rdev,
    size: attributes.size,
    blksize: blockSize,
    blocks: attributes.blocks,
    atime: attributes.atime ?? attributes.mtime,
    mtime: attributes.mtime,
    ctime: attributes.ctime ?? attributes.mtime,
    btime: epoch,
    gen: 0,
    dataVersion: 0,
  };
}

/** V9FS_MAGIC of include/uapi/linux/magic.h: what statfs(2) reports as the type of a 9P mount. */
const v9fsMagic = 0x01021997;
const nameMax = 255;

function statfsReply(status: FileSystemStatus): StatfsReply {
  return {
    type: v9fsMagic,
    bsize: status.blockSize,
    blocks: status.blocks,
    bfree: status.blocksFree,
    bavail: status.blocksFree,
    files: status.files,
    ffree: status.filesFree,
    fsid: status.id,
    namelen: nameMax,
  };
}

/** The bits of Tsetattr's `valid`. */
const set = { mode: 1, uid: 2, gid: 4, size: 8, atime: 0x10, mtime: 0x20, atimeSet: 0x80, mtimeSet: 0x100 };

function attributeChange(request: SetattrRequest): AttributeChange {
  const has = (bit: number) => (request.valid & bit) !== 0;
  return {
    ...(has(set.mode) && { mode: request.mode }),
    ...(has(set.uid) && { uid: request.uid }),
    ...(has(set.gid) && { gid: request.gid }),
    ...(has(set.size) && { size: request.size }),
    ...(has(set.atime) && { atime: has(set.atimeSet) ? request.atime : 'now' }),
    ...(has(set.mtime) && { mtime: has(set.mtimeSet) ? request.mtime : 'now' }),
  };
}
