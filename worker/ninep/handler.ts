import type { Decoder } from './buffer.ts';
import { NinepError } from './errno.ts';
import type { MaybePromise } from './maybe.ts';
import type { Message } from './messages.ts';
import type { Answer, Session } from './session.ts';

/** Answers the requests of one type. */
export interface Handler {
  readonly type: number;
  handle(session: Session, body: Decoder): MaybePromise<Answer>;
}

/** A handler that gets its request decoded; a frame too short for it fails with EBADMSG. */
export function on<M>(
  message: Message<M>,
  handle: (session: Session, request: M) => MaybePromise<Answer>,
): Handler {
  return {
    type: message.type,
    handle(session, body) {
      const request = message.decode(body);
      if (body.exhausted) throw new NinepError('EBADMSG');
      return handle(session, request);
    },
  };
}
