import { Encoder } from './buffer.ts';
import type { ErrnoName } from './errno.ts';
import { errno } from './errno.ts';
import type { Message } from './messages.ts';
import { Rlerror } from './messages.ts';

/** size[4] type[1] tag[2] */
export const headerSize = 7;

/** The header of Rread and Rreaddir: the frame's header and count[4]. */
export const dataHeaderSize = headerSize + 4;

/** The tag of Tversion, and of answers to frames too short to hold one. */
export const noTag = 0xffff;

/** Reads the header of a frame; undefined when it is not whole or its size is not true. */
export function readHeader(frame: Uint8Array): { size: number; type: number; tag: number } | undefined {
  if (frame.length < headerSize) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, type = 0, low = 0, high = 0] = frame;
  const size = (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  return { size, type, tag: low | (high << 8) };
}

/** Writes frames, one at a time, into one buffer that it keeps. */
export class FrameWriter {
  readonly encoder: Encoder;
  #tag = noTag;

  constructor(msize: number) {
    this.encoder = new Encoder(new Uint8Array(msize));
  }

  /** Starts a frame; the next `put` or `fill` writes it. */
  begin(tag: number): void {
    this.#tag = tag;
  }

  /** Writes a message as the frame. */
  put<M>(message: Message<M>, body: M): void {
    this.fill(message.type, (encoder) => message.encode(encoder, body));
  }

  /** Writes an Rlerror as the frame. */
  fail(code: ErrnoName): void {
    this.put(Rlerror, { ecode: errno[code] });
  }

  /** Writes a frame whose body `write` puts in place. */
  fill(type: number, write: (encoder: Encoder) => void): void {
    const { encoder } = this;
    encoder.reset();
    encoder.u32(0);
    encoder.u8(type);
    encoder.u16(this.#tag);
    write(encoder);
    encoder.patchU32(0, encoder.offset);
  }

  /** The frame, valid until the next one begins; undefined when it did not fit. */
  frame(): Uint8Array | undefined {
    return this.encoder.exhausted ? undefined : this.encoder.written();
  }
}
