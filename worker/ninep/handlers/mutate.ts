import { NinepError } from '../errno.ts';
import type { File, NewFile } from '../file.ts';
import type { Handler } from '../handler.ts';
import { on } from '../handler.ts';
import type { MaybePromise } from '../maybe.ts';
import { andThen } from '../maybe.ts';
import {
  refusedTypes,
  Rlcreate,
  Rmkdir,
  Rmknod,
  Rrenameat,
  Rsymlink,
  Runlinkat,
  Tlcreate,
  Tmkdir,
  Tmknod,
  Trenameat,
  Tsymlink,
  Tunlinkat,
} from '../messages.ts';
import { nameError } from '../name.ts';
import { fileType, fileTypes } from '../qid.ts';
import type { Session } from '../session.ts';

const permissions = 0o7777;

/** Without a method the directory's tree cannot be changed at all. */
function directoryOf(session: Session, fid: number, ...names: string[]): File {
  const { file } = session.fids.get(fid).node;
  if (file.create === undefined) throw new NinepError('EROFS');
  if (file.lookup === undefined) throw new NinepError('ENOTDIR');
  for (const name of names) mustBeName(name);
  return file;
}

function mustBeName(name: string): void {
  if (name === '..' || name === '.') throw new NinepError('EEXIST');
  const error = nameError(name);
  if (error !== undefined) throw new NinepError(error);
}

function unsupported(): never {
  throw new NinepError('EOPNOTSUPP');
}

/** "The fid ... is changed to represent the newly opened file." */
const onLcreate = on(Tlcreate, (session, { fid, name, flags, mode, gid }) => {
  const entry = session.fids.get(fid);
  const directory = directoryOf(session, fid, name);
  if (entry.flags !== undefined) throw new NinepError('EINVAL', `fid ${fid} is open`);
  const owner: NewFile = { mode: mode & permissions, gid };
  return andThen(directory.create?.(name, flags, owner) ?? unsupported(), (file) => (out) => {
    session.fids.set(fid, { node: { file, parent: entry.node }, flags });
    out.put(Rlcreate, { qid: file.qid, iounit: 0 });
  });
});

const onMkdir = on(Tmkdir, (session, { fid, name, mode, gid }) => {
  const directory = directoryOf(session, fid, name);
  const made = directory.mkdir?.(name, { mode: mode & permissions, gid }) ?? unsupported();
  return andThen(
    made,
    ({ qid }) =>
      (out) =>
        out.put(Rmkdir, { qid }),
  );
});

const onSymlink = on(Tsymlink, (session, { fid, name, target, gid }) => {
  const directory = directoryOf(session, fid, name);
  const made = directory.symlink?.(name, target, { mode: 0o777, gid }) ?? unsupported();
  return andThen(
    made,
    ({ qid }) =>
      (out) =>
        out.put(Rsymlink, { qid }),
  );
});

/** Regular files only: pipes, sockets and devices are a machine's own. */
const onMknod = on(Tmknod, (session, { fid, name, mode, gid }) => {
  const directory = directoryOf(session, fid, name);
  if (fileType(mode) !== fileTypes.regular) throw new NinepError('EPERM');
  const made = directory.create?.(name, 0, { mode: mode & permissions, gid }) ?? unsupported();
  return andThen(
    andThen(made, closed),
    ({ qid }) =>
      (out) =>
        out.put(Rmknod, { qid }),
  );
});

function closed(file: File): MaybePromise<File> {
  return andThen(file.close?.(), () => file);
}

const onRenameat = on(Trenameat, (session, { fid, name, newfid, newname }) => {
  const from = directoryOf(session, fid, name);
  const to = directoryOf(session, newfid, newname);
  const renamed = from.rename === undefined ? unsupported() : from.rename(name, to, newname);
  return andThen(renamed, () => (out) => out.put(Rrenameat, {}));
});

const AT_REMOVEDIR = 0x200;

const onUnlinkat = on(Tunlinkat, (session, { fid, name, flags }) => {
  const directory = directoryOf(session, fid, name);
  const isDirectory = (flags & AT_REMOVEDIR) !== 0;
  const removed = directory.unlink === undefined ? unsupported() : directory.unlink(name, isDirectory);
  return andThen(removed, () => (out) => out.put(Runlinkat, {}));
});

/** EROFS where nothing can be changed; hard links are not to be had (EPERM, as where a file system has none). */
const refused: readonly Handler[] = Object.values(refusedTypes).map((type) => ({
  type,
  handle(session, body) {
    const fid = body.u32();
    if (body.exhausted) throw new NinepError('EBADMSG');
    const { file } = session.fids.get(fid).node;
    if (file.create === undefined && file.write === undefined) throw new NinepError('EROFS');
    throw new NinepError(type === refusedTypes.Tlink ? 'EPERM' : 'EOPNOTSUPP');
  },
}));

/** Requests that change the tree's shape. */
export const mutateHandlers: readonly Handler[] = [
  onLcreate,
  onMkdir,
  onSymlink,
  onMknod,
  onRenameat,
  onUnlinkat,
  ...refused,
];
