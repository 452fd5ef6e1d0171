import { Decoder } from './buffer.ts';
import { NinepError, errnoOf } from './errno.ts';
import { FidTable } from './fids.ts';
import { FrameWriter, headerSize, noTag, readHeader } from './frame.ts';
import type { Handler } from './handler.ts';
import { attrHandlers } from './handlers/attr.ts';
import { ioHandlers } from './handlers/io.ts';
import { mutateHandlers } from './handlers/mutate.ts';
import { sessionHandlers } from './handlers/session.ts';
import { onWalk } from './handlers/walk.ts';
import type { MaybePromise } from './maybe.ts';
import { isPromise, andThen } from './maybe.ts';
import { Rlerror } from './messages.ts';
import type { Answer, Attach, Session } from './session.ts';
import { closeFid } from './session.ts';

/** Takes a reply's frame, whose bytes are only valid during the call. */
export type Reply = (frame: Uint8Array) => void;

/** v86's `filesystem.handle9p`. */
export type Handle9p = (request: Uint8Array, reply: Reply) => void;

export interface ServerOptions {
  /** The largest frame to agree to. Default: what Linux's virtio transport can carry, 4096 * (128 - 3). */
  readonly msize?: number;
}

const virtioMsize = 4096 * (128 - 3);

const table: (Handler | undefined)[] = [];
for (const handler of [...sessionHandlers, onWalk, ...attrHandlers, ...ioHandlers, ...mutateHandlers]) {
  table[handler.type] = handler;
}

/**
 * One connection of a 9P2000.L client to a tree of `File`s.
 *
 * Every request gets exactly one reply. It comes before `handle9p` returns when the files answer at once, later when
 * they answer with a promise; requests then overtake each other, as the protocol allows. What the files throw becomes
 * an Rlerror, and so does any frame that is not a request.
 */
export class NinepServer {
  readonly handle9p: Handle9p = (request, reply) => this.#handle(request, reply);
  readonly #session: Session & { msize: number };
  readonly #pending = new Map<number, Pending>();
  #writer: FrameWriter;

  constructor(attach: Attach, { msize = virtioMsize }: ServerOptions = {}) {
    this.#writer = new FrameWriter(msize);
    this.#session = {
      fids: new FidTable(),
      msize,
      maxMsize: msize,
      attach,
      restart: (msize) => this.#restart(msize),
      cancel: (tag) => this.#cancel(tag),
    };
  }

  /** How many fids the client holds; for tests and diagnostics. */
  get fidCount(): number {
    return this.#session.fids.size;
  }

  /** How many requests wait for a file's promise. A machine's state must not be saved while there are any. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  #handle(request: Uint8Array, reply: Reply): void {
    const header = readHeader(request);
    const tag = header?.tag ?? noTag;
    const answer = this.#try(() => this.#call(request, header));
    if (isPromise(answer)) this.#later(tag, answer, reply);
    else this.#send(tag, answer, reply);
  }

  #call(request: Uint8Array, header: ReturnType<typeof readHeader>): MaybePromise<Answer> {
    if (header === undefined || header.size < headerSize || header.size > request.length) {
      throw new NinepError('EBADMSG', 'a frame whose size is not true');
    }
    if (header.size > this.#session.msize) throw new NinepError('EMSGSIZE');
    if (this.#pending.has(header.tag)) throw new NinepError('EBUSY', `tag ${header.tag} is in use`);
    const handler = table[header.type];
    if (handler === undefined) throw new NinepError('EOPNOTSUPP', `message type ${header.type}`);
    return handler.handle(this.#session, new Decoder(request, headerSize, header.size));
  }

  #try(call: () => MaybePromise<Answer>): MaybePromise<Answer> {
    try {
      return call();
    } catch (error) {
      return failure(error);
    }
  }

  #later(tag: number, answer: Promise<Answer>, reply: Reply): void {
    const pending = { reply };
    this.#pending.set(tag, pending);
    const finish = (answer: Answer) => {
      if (this.#pending.get(tag) !== pending) return;
      this.#pending.delete(tag);
      this.#send(tag, answer, reply);
    };
    answer.then(finish, (error: unknown) => finish(failure(error)));
  }

  #send(tag: number, answer: Answer, reply: Reply): void {
    reply(
      this.#write(tag, answer) ?? this.#write(tag, failure(new NinepError('EMSGSIZE'))) ?? new Uint8Array(),
    );
  }

  #write(tag: number, answer: Answer): Uint8Array | undefined {
    this.#writer.begin(tag);
    try {
      answer(this.#writer);
    } catch (error) {
      failure(error)(this.#writer);
    }
    return this.#writer.frame();
  }

  #cancel(tag: number): void {
    const pending = this.#pending.get(tag);
    if (pending === undefined) return;
    this.#pending.delete(tag);
    this.#send(tag, failure(new NinepError('EINTR')), pending.reply);
  }

  #restart(msize: number): void {
    this.#pending.clear();
    for (const fid of this.#session.fids.clear()) this.#drop(() => closeFid(fid));
    this.#session.msize = msize;
    this.#writer = new FrameWriter(msize);
  }

  /** There is nobody left to tell of an error. */
  #drop(close: () => MaybePromise<void>): void {
    const closed = this.#try(() => andThen(close(), () => nothing));
    if (isPromise(closed)) closed.catch(() => nothing);
  }
}

/** A request that waits for a promise. Its identity tells it from a later request of the same tag. */
interface Pending {
  readonly reply: Reply;
}

const nothing: Answer = () => undefined;

function failure(error: unknown): Answer {
  return (out) => out.put(Rlerror, { ecode: errnoOf(error) });
}
