import { FidTable } from './fids.ts';
import type { Fid, Node } from './fids.ts';
import type { File } from './file.ts';
import type { FrameWriter } from './frame.ts';
import { dataHeaderSize } from './frame.ts';
import type { MaybePromise } from './maybe.ts';
import { andThen } from './maybe.ts';

/**
 * How a request ends: writes its reply. Whatever a request changes in the session is changed here, so that a flushed
 * request, whose answer is never called, leaves no trace.
 */
export type Answer = (out: FrameWriter) => void;

/** Gives the root of the tree that `aname` (mount -o aname=) names. */
export type Attach = (aname: string) => MaybePromise<File>;

/** What handlers know of the connection. */
export interface Session {
  readonly fids: FidTable;
  readonly msize: number;
  readonly attach: Attach;
  /** Starts over with a new frame size, as Tversion demands: all fids and requests are gone. */
  restart(msize: number): void;
  /** Ends a request that is under way; nothing happens when there is none of that tag. */
  cancel(tag: number): void;
  /** The largest frame this server takes. */
  readonly maxMsize: number;
}

/** Bytes of data that a request for `count` may get. */
export function dataLimit(session: Session, count: number): number {
  return Math.min(count, session.msize - dataHeaderSize);
}

/** A fid that was not opened yet. */
export function unopened(node: Node): Fid {
  return { node, flags: undefined };
}

/** Ends a fid's life; a failing `close` is reported to nobody unless its promise is awaited. */
export function closeFid({ node, flags }: Fid): MaybePromise<void> {
  return flags === undefined ? undefined : andThen(node.file.close?.(), () => undefined);
}
