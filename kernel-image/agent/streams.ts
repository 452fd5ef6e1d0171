import { type Frame, frameType, initialWindow, maxPayload, readU32 } from '../../worker/protocol/frame.ts';
import type { Channel } from './channel.ts';
import { FileSource } from './file-source.ts';
import { KernelError } from './kernel/errors.ts';
import { close, read, write } from './kernel/files.ts';
import { nr } from './kernel/numbers.ts';
import { hungUp, type Loop, readable, writable } from './loop.ts';

const SHUT_WR = 1;
const grantStep = initialWindow / 4;
/** The descriptor is not in the loop. */
const notWatched = -1;

/**
 * How a descriptor is used: which way bytes go, and what the end of the worker's data means for it. A client is a
 * socket whose other end the worker wants to know to be gone, even when it has ended its side before.
 */
export type StreamKind = 'source' | 'sink' | 'socket' | 'client' | 'terminal';

/** Who sees what a stream sends. */
export interface StreamTap {
  /** The bytes are the caller's. */
  passed(bytes: Uint8Array): void;
  /** Nothing comes after this. */
  ended(): void;
}

/** One descriptor of the guest, carried over the channel. Descriptors must not block. */
interface Stream {
  readonly id: number;
  readonly fd: number;
  readonly kind: StreamKind;
  readonly tap: StreamTap | undefined;
  /** Bytes that may be sent to the worker. */
  credit: number;
  /** The guest side has ended: nothing is read any more. */
  readEnded: boolean;
  /** The worker has ended, or the guest side takes nothing more. */
  writeEnded: boolean;
  /** Bytes from the worker that the descriptor would not take yet. */
  pending: Uint8Array[];
  /** Bytes taken from the worker and not yet granted again. */
  owed: number;
  /** What the loop watches for. */
  watched: number;
}

/**
 * The streams between descriptors of the guest and the worker. A stream is read only as far as the worker has granted,
 * and what the worker sends is granted again as the descriptor takes it: a stream that stands still holds up nothing.
 */
export class Streams {
  readonly #loop: Loop;
  readonly #channel: Channel;
  readonly #streams = new Map<number, Stream>();
  /** Files that are on their way. */
  readonly #files = new Map<number, FileSource>();
  #nextOwn = 1;

  constructor(loop: Loop, channel: Channel) {
    this.#loop = loop;
    this.#channel = channel;
  }

  /** Takes over the descriptor; it is closed when both directions have ended. */
  open(id: number, fd: number, kind: StreamKind, tap?: StreamTap): void {
    const stream: Stream = {
      id,
      fd,
      kind,
      tap,
      credit: initialWindow,
      readEnded: kind === 'sink',
      writeEnded: kind === 'source',
      pending: [],
      owed: 0,
      watched: notWatched,
    };
    this.#streams.set(id, stream);
    this.#watch(stream);
  }

  /** Sends the files' contents, one after the other, and closes them. */
  sendFiles(id: number, files: readonly number[]): void {
    this.#continue(id, new FileSource(this.#channel, id, files));
  }

  /** An id for a stream that the guest opens: odd, while the worker's are even. */
  ownId(): number {
    const id = this.#nextOwn;
    this.#nextOwn += 2;
    return id;
  }

  /** The descriptor behind a stream, for ioctls. */
  descriptor(id: number): number | undefined {
    return this.#streams.get(id)?.fd;
  }

  /** Gives a stream up without a word to the worker. */
  drop(id: number): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined) this.#drop(stream);
  }

  /** Frames of streams that are gone are late, not wrong. */
  handle(frame: Frame): void {
    const stream = this.#streams.get(frame.id);
    if (stream === undefined) return this.#handleFiles(frame);
    if (frame.type === frameType.data) this.#write(stream, frame.payload);
    else if (frame.type === frameType.end) this.#endWrite(stream);
    else if (frame.type === frameType.reset) this.#drop(stream);
    else if (frame.type === frameType.window) this.#grow(stream, readU32(frame.payload, 0));
  }

  #handleFiles(frame: Frame): void {
    const source = this.#files.get(frame.id);
    if (source === undefined) return;
    if (frame.type === frameType.reset) {
      source.drop();
      this.#files.delete(frame.id);
    } else if (frame.type === frameType.window) {
      source.grant(readU32(frame.payload, 0));
      this.#continue(frame.id, source);
    }
  }

  #continue(id: number, source: FileSource): void {
    if (source.send()) this.#files.delete(id);
    else this.#files.set(id, source);
  }

  #grow(stream: Stream, bytes: number): void {
    stream.credit += bytes;
    this.#watch(stream);
  }

  #watch(stream: Stream): void {
    if (!this.#streams.has(stream.id)) return;
    const wanted =
      (!stream.readEnded && stream.credit > 0 ? readable : 0) | (stream.pending.length > 0 ? writable : 0);
    // Of a client that has ended its side the hang-up is waited for, which needs no asking.
    const listens = wanted !== 0 || (stream.kind === 'client' && stream.readEnded);
    const watched = listens ? wanted : notWatched;
    if (watched === stream.watched) return;
    // A hang-up is reported even when nothing is waited for: leave the loop while there is nothing to do.
    if (!listens) this.#loop.remove(stream.fd);
    else if (stream.watched !== notWatched) this.#loop.change(stream.fd, wanted);
    else this.#loop.add(stream.fd, wanted, (events) => this.#happened(stream, events));
    stream.watched = watched;
  }

  #happened(stream: Stream, events: number): void {
    if (events & hungUp && stream.kind === 'client' && stream.readEnded) return this.#gone(stream);
    if (events & (writable | hungUp) && stream.pending.length > 0) this.#drain(stream);
    if (events & (readable | hungUp) && !stream.readEnded && stream.credit > 0) this.#read(stream);
  }

  #read(stream: Stream): void {
    const space = this.#channel.reserve(Math.min(stream.credit, maxPayload));
    const got = attempt(() => read(stream.fd, space));
    if (got === -1) return;
    if (got === 0 || got === undefined) return this.#endRead(stream);
    stream.tap?.passed(got < space.length ? space.subarray(0, got) : space);
    this.#channel.commit(frameType.data, stream.id, got);
    stream.credit -= got;
    if (stream.credit <= 0) this.#watch(stream);
  }

  #endRead(stream: Stream): void {
    this.#noMore(stream);
    this.#channel.send(frameType.end, stream.id, empty);
    // The other end of a terminal is gone for good, and with it whoever would have read its input.
    if (stream.kind === 'terminal') stream.writeEnded = true;
    this.#settle(stream);
  }

  #noMore(stream: Stream): void {
    if (!stream.readEnded) stream.tap?.ended();
    stream.readEnded = true;
  }

  #write(stream: Stream, bytes: Uint8Array): void {
    if (stream.writeEnded) return this.#grant(stream, bytes.length);
    const done = stream.pending.length > 0 ? 0 : this.#put(stream, bytes);
    if (done < bytes.length && !stream.writeEnded) {
      stream.pending.push(bytes.slice(done));
      this.#watch(stream);
    }
  }

  /** Writes what goes and grants it again. A reader that has gone away takes everything, as /dev/null does. */
  #put(stream: Stream, bytes: Uint8Array): number {
    const done = attempt(() => write(stream.fd, bytes));
    if (done === undefined) {
      stream.writeEnded = true;
      this.#grant(stream, bytes.length);
      if (stream.kind === 'client') this.#gone(stream);
      return bytes.length;
    }
    this.#grant(stream, done);
    return done;
  }

  #drain(stream: Stream): void {
    while (stream.pending.length > 0) {
      const first = stream.pending[0]!;
      const done = this.#put(stream, first);
      if (done < first.length) {
        stream.pending[0] = first.subarray(done);
        return;
      }
      stream.pending.shift();
    }
    if (this.#ending.delete(stream.id)) this.#endWrite(stream);
    this.#watch(stream);
  }

  /** Streams whose worker side has ended while bytes were still waiting to be written. */
  readonly #ending = new Set<number>();

  #endWrite(stream: Stream): void {
    if (stream.pending.length > 0) {
      this.#ending.add(stream.id);
      return;
    }
    // Ending a terminal's input means nothing to the programs on it; it lives until they hang up.
    if (stream.kind === 'terminal') return;
    stream.writeEnded = true;
    if (stream.kind === 'socket' || stream.kind === 'client') syscall(nr.shutdown, stream.fd, SHUT_WR);
    this.#settle(stream);
  }

  #grant(stream: Stream, bytes: number): void {
    stream.owed += bytes;
    if (stream.owed < grantStep) return;
    this.#channel.sendNumber(frameType.window, stream.id, stream.owed);
    stream.owed = 0;
  }

  #settle(stream: Stream): void {
    if (stream.readEnded && stream.writeEnded) this.#drop(stream);
    else this.#watch(stream);
  }

  /** The other end is gone: whatever the worker still has for it is for nobody. */
  #gone(stream: Stream): void {
    stream.pending.length = 0;
    this.#channel.send(frameType.reset, stream.id, empty);
    this.#drop(stream);
  }

  #drop(stream: Stream): void {
    this.#noMore(stream);
    this.#loop.remove(stream.fd);
    close(stream.fd);
    this.#ending.delete(stream.id);
    this.#streams.delete(stream.id);
  }
}

const empty = new Uint8Array(0);

/** Nothing instead of an error: a reset socket, a hung-up terminal and a broken pipe all mean the end. */
function attempt(operation: () => number): number | undefined {
  try {
    return operation();
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}
