import { NinepError } from '../errno.ts';
import { on } from '../handler.ts';
import { andThen } from '../maybe.ts';
import {
  Rattach,
  Rclunk,
  Rflush,
  Rversion,
  Tattach,
  Tclunk,
  Tflush,
  Tremove,
  Tversion,
} from '../messages.ts';
import { closeFid, unopened } from '../session.ts';

const version = '9P2000.L';

/** Below this not even one directory entry fits. */
const minMsize = 512;

/** https://9fans.github.io/plan9port/man/man9/version.html */
const onVersion = on(Tversion, (session, request) => {
  if (request.version !== version)
    return (out) => out.put(Rversion, { msize: request.msize, version: 'unknown' });
  if (request.msize < minMsize) throw new NinepError('EINVAL', `msize ${request.msize} is too small`);
  const msize = Math.min(request.msize, session.maxMsize);
  session.restart(msize);
  return (out) => out.put(Rversion, { msize, version });
});

/** https://9fans.github.io/plan9port/man/man9/attach.html; there is no authentication, so `afid` says nothing. */
const onAttach = on(Tattach, (session, { fid, aname }) => {
  session.fids.mustBeFree(fid);
  return andThen(session.attach(aname), (file) => (out) => {
    session.fids.set(fid, unopened({ file, parent: undefined }));
    out.put(Rattach, { qid: file.qid });
  });
});

/**
 * https://9fans.github.io/plan9port/man/man9/flush.html
 * The request that is flushed gets its reply (EINTR) before the Rflush, which the page allows: a virtio device needs an
 * answer to every request to give its buffers back. After the Rflush nothing more is said under the old tag.
 */
const onFlush = on(Tflush, (session, { oldtag }) => {
  session.cancel(oldtag);
  return (out) => out.put(Rflush, {});
});

/** https://9fans.github.io/plan9port/man/man9/clunk.html: "Even if the clunk returns an error, the fid is no longer valid." */
const onClunk = on(Tclunk, (session, { fid }) =>
  andThen(closeFid(session.fids.take(fid)), () => (out) => out.put(Rclunk, {})),
);

/** https://9fans.github.io/plan9port/man/man9/remove.html: "Remove ... will clunk the fid even if the remove fails." */
const onRemove = on(Tremove, (session, { fid }) =>
  andThen(closeFid(session.fids.take(fid)), () => {
    throw new NinepError('EROFS');
  }),
);

/** Requests about the connection and the life of fids. */
export const sessionHandlers = [onVersion, onAttach, onFlush, onClunk, onRemove];
