import { concat } from '../../oci/bytes.ts';
import type { Connection } from '../http/connection.ts';
import type { Frame } from './frames.ts';
import { encodeFrame, flag, frameTypes, largestFrame, Pieces, readFrames } from './frames.ts';
import type { Headers2 } from './hpack.ts';
import { encodeHeaders, HeaderDecoder } from './hpack.ts';
import type { StreamOwner } from './stream.ts';
import { errorCodes, Http2Stream, streamWindow } from './stream.ts';

/** https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2 */
const settings = { pushEnabled: 2, initialWindow: 4 } as const;
const preface = new TextEncoder().encode('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const defaultWindow = 65_535;
const largestWindow = 2 ** 31 - 1;
/** Bytes of one header block, packed. */
const largestBlock = 1 << 18;
/** Frames of one header block. */
const mostParts = 256;
/** Frames. */
const mostPosted = 10_000;
/** Streams that the other side may have open at once. */
const mostStreams = 256;

/**
 * One side of an HTTP/2 connection on which the preface is the first thing said. Who opens streams is the client, which need
 * not be who has connected. https://www.rfc-editor.org/rfc/rfc9113
 */
export class Http2Connection {
  readonly #connection: Connection;
  readonly #accept: ((stream: Http2Stream) => void) | undefined;
  readonly #streams = new Map<number, Http2Stream>();
  readonly #decoder = new HeaderDecoder();
  readonly #owner: StreamOwner;
  /** Those who wait for room in a window. */
  #waiting: (() => void)[] = [];
  /** Frames that are on their way and that nobody waits for. */
  #posted = 0;
  #window = defaultWindow;
  #initialWindow = defaultWindow;
  #next = 1;
  #lastAccepted = 0;
  /** A header block whose end has not come yet. */
  #block: { stream: number; isLast: boolean; parts: Uint8Array[]; size: number } | undefined;

  /** A server is one that is told of streams. */
  constructor(connection: Connection, accept?: (stream: Http2Stream) => void) {
    this.#connection = connection;
    this.#accept = accept;
    this.#owner = {
      sendHeaders: (stream, fields, isLast) => this.#sendHeaders(stream, fields, isLast),
      sendData: (stream, bytes, isLast) => this.#sendData(stream, bytes, isLast),
      sendReset: ({ id }, code) => this.#reset(id, code),
      grant: (stream, bytes) => this.#post(frameTypes.window, 0, stream, uint32(bytes)),
    };
  }

  /** Resolves when the other side is done; rejects when it does not keep to the protocol. Then every stream is given up. */
  async run(): Promise<void> {
    try {
      await this.#connection.write(firstWords(this.#accept === undefined));
      const input =
        this.#accept === undefined ? this.#connection.input : afterPreface(this.#connection.input);
      for await (const frame of readFrames(input)) if (!this.#take(frame)) return;
    } finally {
      const reason = new Error('the connection has ended');
      for (const stream of this.#streams.values()) stream.abort(reason);
      this.#streams.clear();
      this.#wakeWriters();
    }
  }

  /** A request of this side. */
  async open(fields: Headers2): Promise<Http2Stream> {
    const stream = this.#add(this.#next);
    this.#next += 2;
    await stream.sendHeaders(fields);
    return stream;
  }

  #add(id: number): Http2Stream {
    const stream = new Http2Stream(this.#owner, id, this.#initialWindow);
    this.#streams.set(id, stream);
    stream.gone.addEventListener('abort', () => this.#streams.delete(id), { once: true });
    return stream;
  }

  /** Whether more may come. */
  #take(frame: Frame): boolean {
    const { type, flags, stream, payload } = frame;
    if (this.#block !== undefined && (type !== frameTypes.continuation || stream !== this.#block.stream))
      throw new Error('a header block that is not whole');
    if (type === frameTypes.goAway) return false;
    if (type === frameTypes.push) throw new Error('a push');
    if (type === frameTypes.settings && (flags & flag.ack) === 0) this.#takeSettings(payload);
    if (type === frameTypes.ping && (flags & flag.ack) === 0) this.#post(type, flag.ack, 0, payload);
    if (type === frameTypes.window) this.#takeWindow(stream, payload);
    if (type === frameTypes.reset) this.#streams.get(stream)?.abort(new Error('the other side has given up'));
    if (type === frameTypes.headers) this.#beginBlock(frame);
    if (type === frameTypes.continuation) this.#continueBlock(payload, flags);
    if (type === frameTypes.data) this.#takeData(frame);
    return true;
  }

  #takeSettings(payload: Uint8Array): void {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      if (view.getUint16(at) !== settings.initialWindow) continue;
      const size = view.getUint32(at + 2);
      if (size > largestWindow) throw new Error(`a window of ${size} bytes`);
      for (const stream of this.#streams.values()) stream.window += size - this.#initialWindow;
      this.#initialWindow = size;
    }
    this.#wakeWriters();
    this.#post(frameTypes.settings, flag.ack, 0);
  }

  #takeWindow(id: number, payload: Uint8Array): void {
    const more =
      new DataView(payload.buffer, payload.byteOffset, payload.length).getUint32(0) & largestWindow;
    const stream = this.#streams.get(id);
    if (id === 0) this.#window += more;
    else if (stream !== undefined) stream.window += more;
    if (this.#window > largestWindow) throw new Error('a window that is too large');
    this.#wakeWriters();
  }

  #beginBlock({ stream, flags, payload }: Frame): void {
    let part = unpadded(payload, flags);
    if ((flags & flag.priority) !== 0) part = part.subarray(5);
    this.#block = { stream, isLast: (flags & flag.endStream) !== 0, parts: [], size: 0 };
    this.#continueBlock(part, flags);
  }

  #continueBlock(part: Uint8Array, flags: number): void {
    const block = this.#block;
    if (block === undefined) throw new Error('the rest of no header block');
    block.parts.push(part);
    block.size += part.length;
    // Frames with nothing in them count, too.
    if (block.size > largestBlock || block.parts.length > mostParts)
      throw new Error('a header block that is too large');
    if ((flags & flag.endHeaders) === 0) return;
    this.#block = undefined;
    const fields = this.#decoder.decode(concat(block.parts));
    const stream = this.#streamFor(block.stream);
    stream?.takeHeaders(fields, block.isLast);
    this.#retire(stream);
  }

  /** A new one when the other side opens it; nothing for one that is over. */
  #streamFor(id: number): Http2Stream | undefined {
    const known = this.#streams.get(id);
    if (known !== undefined || this.#accept === undefined || id <= this.#lastAccepted) return known;
    if (id % 2 === 0) throw new Error(`a stream ${id} of the client`);
    this.#lastAccepted = id;
    if (this.#streams.size >= mostStreams) {
      this.#reset(id, errorCodes.refused);
      return undefined;
    }
    const stream = this.#add(id);
    this.#accept(stream);
    return stream;
  }

  #takeData({ stream: id, flags, payload }: Frame): void {
    // Each stream has its own window; all of them together have no other.
    if (payload.length > 0) this.#post(frameTypes.window, 0, 0, uint32(payload.length));
    const stream = this.#streams.get(id);
    const bytes = unpadded(payload, flags);
    const padding = payload.length - bytes.length;
    if (padding > 0 && stream !== undefined) this.#owner.grant(id, padding);
    stream?.takeData(bytes, (flags & flag.endStream) !== 0);
    this.#retire(stream);
  }

  async #sendHeaders(stream: number, fields: Headers2, isLast: boolean): Promise<void> {
    const block = encodeHeaders(fields);
    const last = Math.max(0, Math.ceil(block.length / largestFrame) - 1);
    const parts: Uint8Array[] = [];
    for (let at = 0; at <= last; at++) {
      const type = at === 0 ? frameTypes.headers : frameTypes.continuation;
      const flags = (at === 0 && isLast ? flag.endStream : 0) | (at === last ? flag.endHeaders : 0);
      const payload = block.subarray(at * largestFrame, (at + 1) * largestFrame);
      parts.push(encodeFrame({ type, flags, stream, payload }));
    }
    // Nothing may come between them.
    await this.#connection.write(concat(parts));
    if (isLast) this.#endHere(stream);
  }

  async #sendData(stream: Http2Stream, bytes: Uint8Array, isLast: boolean): Promise<void> {
    let rest = bytes;
    do {
      while (rest.length > 0 && Math.min(this.#window, stream.window) <= 0 && !stream.gone.aborted)
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      stream.gone.throwIfAborted();
      const size = Math.min(rest.length, this.#window, stream.window, largestFrame);
      const isWhole = size === rest.length;
      this.#window -= size;
      stream.window -= size;
      const piece = rest.subarray(0, size);
      rest = rest.subarray(size);
      await this.#send(frameTypes.data, isWhole && isLast ? flag.endStream : 0, stream.id, piece);
    } while (rest.length > 0);
    if (isLast) this.#endHere(stream.id);
  }

  #endHere(id: number): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined) stream.isEndedHere = true;
    this.#retire(stream);
  }

  /** Forgets a stream that both sides have ended. */
  #retire(stream: Http2Stream | undefined): void {
    if (stream?.isEnded === true && stream.isEndedHere) this.#streams.delete(stream.id);
  }

  #reset(stream: number, code: number): void {
    this.#post(frameTypes.reset, 0, stream, uint32(code));
    this.#wakeWriters();
  }

  #wakeWriters(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  #send(type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array()): Promise<void> {
    return this.#connection.write(encodeFrame({ type, flags, stream, payload }));
  }

  /**
   * What nobody waits for, so that both sides go on reading; a connection that is gone ends where it is read.
   * @throws Error when the other side makes this one say much and reads nothing
   */
  #post(type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array()): void {
    this.#posted += 1;
    if (this.#posted > mostPosted) throw new Error('the other side does not read');
    const sent = () => void (this.#posted -= 1);
    this.#send(type, flags, stream, payload).then(sent, sent);
  }
}

async function* afterPreface(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = new Pieces();
  let isOver = false;
  for await (const bytes of input) {
    if (isOver) {
      yield bytes;
      continue;
    }
    pieces.add(bytes);
    const head = pieces.take(preface.length);
    if (head === undefined) continue;
    if (head.some((byte, at) => byte !== preface[at])) throw new Error('no preface of HTTP/2');
    isOver = true;
    yield pieces.take(pieces.length) ?? new Uint8Array();
  }
}

/** In one piece: no frame may come before the settings. */
function firstWords(isClient: boolean): Uint8Array {
  const wanted = [[settings.initialWindow, streamWindow], ...(isClient ? [[settings.pushEnabled, 0]] : [])];
  const payload = new Uint8Array(wanted.length * 6);
  const view = new DataView(payload.buffer);
  for (const [at, [name = 0, value = 0]] of wanted.entries()) {
    view.setUint16(at * 6, name);
    view.setUint32(at * 6 + 2, value);
  }
  const frame = encodeFrame({ type: frameTypes.settings, flags: 0, stream: 0, payload });
  return isClient ? concat([preface, frame]) : frame;
}

function unpadded(payload: Uint8Array, flags: number): Uint8Array {
  if ((flags & flag.padded) === 0) return payload;
  const padding = payload[0] ?? 0;
  if (padding >= payload.length) throw new Error('more padding than there is');
  return payload.subarray(1, payload.length - padding);
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
