import type { Connection } from '../http/connection.ts';

/** https://www.rfc-editor.org/rfc/rfc9113#section-6 */
export const frameTypes = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goAway: 7,
  window: 8,
  continuation: 9,
} as const;

export const flag = { ack: 1, endStream: 1, endHeaders: 4, padded: 8, priority: 32 } as const;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  /** 0 is the connection itself. */
  readonly stream: number;
  readonly payload: Uint8Array;
}

const headSize = 9;
/** The other side may send no larger frame, unless it is allowed to. */
export const largestFrame = 16_384;

/** Frames as they come, until the other side ends. @throws Error with one that is too large */
export async function* readFrames(input: Connection['input']): AsyncGenerator<Frame> {
  const reader = new Pieces();
  for await (const bytes of input) {
    reader.add(bytes);
    for (let frame = readFrame(reader); frame !== undefined; frame = readFrame(reader)) yield frame;
  }
}

function readFrame(pieces: Pieces): Frame | undefined {
  const head = pieces.peek(headSize);
  if (head === undefined) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, headSize);
  const size = view.getUint32(0) >>> 8;
  if (size > largestFrame) throw new Error(`a frame of ${size} bytes`);
  const frame = pieces.take(headSize + size);
  if (frame === undefined) return undefined;
  return {
    type: view.getUint8(3),
    flags: view.getUint8(4),
    stream: view.getUint32(5) & 0x7fff_ffff,
    payload: frame.subarray(headSize),
  };
}

/** Bytes that have come and are not used yet. */
export class Pieces {
  #buffer = new Uint8Array();
  #start = 0;

  add(bytes: Uint8Array): void {
    const rest = this.#buffer.subarray(this.#start);
    const joined = new Uint8Array(rest.length + bytes.length);
    joined.set(rest);
    joined.set(bytes, rest.length);
    this.#buffer = joined;
    this.#start = 0;
  }

  get length(): number {
    return this.#buffer.length - this.#start;
  }

  /** The next bytes, which stay; undefined when there are fewer. */
  peek(size: number): Uint8Array | undefined {
    return size > this.length ? undefined : this.#buffer.subarray(this.#start, this.#start + size);
  }

  take(size: number): Uint8Array | undefined {
    const bytes = this.peek(size);
    if (bytes !== undefined) this.#start += size;
    return bytes;
  }
}

export function encodeFrame({ type, flags, stream, payload }: Frame): Uint8Array {
  const frame = new Uint8Array(headSize + payload.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, payload.length << 8);
  view.setUint8(3, type);
  view.setUint8(4, flags);
  view.setUint32(5, stream);
  frame.set(payload, headSize);
  return frame;
}
