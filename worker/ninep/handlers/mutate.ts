import { NinepError } from '../errno.ts';
import type { Handler } from '../handler.ts';
import { mutatingTypes } from '../messages.ts';

/** Requests that would change the tree's shape: EROFS, or EBADF first, as a writable server would check too. */
export const mutateHandlers: readonly Handler[] = Object.values(mutatingTypes).map((type) => ({
  type,
  handle(session, body) {
    const fid = body.u32();
    if (body.exhausted) throw new NinepError('EBADMSG');
    session.fids.get(fid);
    throw new NinepError('EROFS');
  },
}));
