/**
 * Frames: what worker and agent say to each other, over one byte channel (a virtio-console port).
 *
 * A frame is an 8-byte little-endian header and a payload: u8 type, u8 flags, u16 payload length, u32 id.
 * Both directions carry a plain sequence of frames; a frame may straddle the packets of the transport.
 *
 * Two kinds of flow control, neither of which ever blocks another stream:
 * - Transport: v86 drops what it sends into a virtio-console queue that has no buffer posted. The guest therefore
 *   counts the packets it has taken (`credit`, id = packets since the last one) and the worker never has more packets
 *   under way than the queue has buffers.
 * - Stream: the sender of `data` may have no more bytes under way on one stream than the receiver has granted with
 *   `window` frames, starting from `initialWindow`. An `end` costs nothing.
 */
export const frameType = {
  /** guest to host: `id` packets were taken from the queue. */
  credit: 1,
  /** host to guest: call `id`; JSON `[method, params]`. */
  call: 2,
  /** guest to host: the result of call `id`; JSON. */
  result: 3,
  /** guest to host: call `id` failed; JSON {@link AgentFailure}. */
  failure: 4,
  /** guest to host: an event; JSON `[name, params]`. */
  event: 5,
  /** both: bytes of stream `id`. */
  data: 6,
  /** both: the sender sends no more data on stream `id`; the other direction lives on. */
  end: 7,
  /** both: the sender takes `payload` (u32) more bytes of stream `id`. */
  window: 8,
  /** both: stream `id` is given up in both directions; whatever is buffered for it is dropped. */
  reset: 9,
} as const;

export type FrameType = (typeof frameType)[keyof typeof frameType];

/** Flag of `call`, `result` and `event`: the JSON goes on in the next frame of the same type and id. */
export const flagMore = 1;

export const headerSize = 8;

/** The longest payload of a frame: with its header it fills one 32 kB write of Linux's virtio-console port. */
export const maxPayload = 32 * 1024 - headerSize;

/** The longest packet towards the guest: one buffer of its input queue, as large as a kernel patch makes them. */
export const packetSize = 32 * 1024;

/** Buffers in the guest's input queue, and so packets that may be under way before the first `credit`. */
export const packetWindow = 16;

/** Bytes that may be under way on a stream before the first `window` frame, in either direction. */
export const initialWindow = 128 * 1024;

export interface Frame {
  readonly type: FrameType;
  readonly flags: number;
  readonly id: number;
  /** Valid only while the frame is handled: it may be a view into a buffer that is used again. */
  readonly payload: Uint8Array;
}

/** Writes a frame's header at `offset`. */
export function writeHeader(
  out: Uint8Array,
  offset: number,
  type: FrameType,
  flags: number,
  length: number,
  id: number,
): void {
  out[offset] = type;
  out[offset + 1] = flags;
  out[offset + 2] = length & 0xff;
  out[offset + 3] = length >>> 8;
  writeU32(out, offset + 4, id);
}

/** One frame as bytes of its own. @throws RangeError when the payload is longer than {@link maxPayload}. */
export function encodeFrame(type: FrameType, id: number, payload: Uint8Array, flags = 0): Uint8Array {
  if (payload.length > maxPayload) throw new RangeError(`frame payload of ${payload.length} bytes`);
  const out = new Uint8Array(headerSize + payload.length);
  writeHeader(out, 0, type, flags, payload.length, id);
  out.set(payload, headerSize);
  return out;
}

export function writeU32(out: Uint8Array, offset: number, value: number): void {
  out[offset] = value & 0xff;
  out[offset + 1] = (value >>> 8) & 0xff;
  out[offset + 2] = (value >>> 16) & 0xff;
  out[offset + 3] = value >>> 24;
}

export function readU32(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] ?? 0) |
      ((bytes[offset + 1] ?? 0) << 8) |
      ((bytes[offset + 2] ?? 0) << 16) |
      ((bytes[offset + 3] ?? 0) << 24)) >>>
    0
  );
}

/**
 * Cuts a byte sequence into frames. `push` calls back once for every frame that is whole by then, in order.
 * An unknown type or an over-long payload means that the two sides have lost step: `push` throws, and the channel
 * cannot be used any further.
 */
export class FrameReader {
  readonly #buffer = new Uint8Array(headerSize + maxPayload);
  #have = 0;

  push(bytes: Uint8Array, handle: (frame: Frame) => void): void {
    let rest = bytes;
    while (rest.length > 0) rest = this.#have === 0 ? this.#direct(rest, handle) : this.#pieced(rest, handle);
  }

  /** A frame that is whole in `bytes` is handed on without being copied. */
  #direct(bytes: Uint8Array, handle: (frame: Frame) => void): Uint8Array {
    const size = frameSize(bytes, bytes.length);
    if (size === undefined || size > bytes.length) return this.#keep(bytes, bytes.length);
    handle(frameAt(bytes, size));
    return bytes.subarray(size);
  }

  #pieced(bytes: Uint8Array, handle: (frame: Frame) => void): Uint8Array {
    if (this.#have < headerSize) {
      const rest = this.#keep(bytes, headerSize - this.#have);
      if (this.#have < headerSize) return rest;
      return this.#complete(rest, handle);
    }
    return this.#complete(bytes, handle);
  }

  #complete(bytes: Uint8Array, handle: (frame: Frame) => void): Uint8Array {
    const size = frameSize(this.#buffer, this.#have) ?? headerSize;
    const rest = this.#keep(bytes, size - this.#have);
    if (this.#have < size) return rest;
    this.#have = 0;
    handle(frameAt(this.#buffer, size));
    return rest;
  }

  #keep(bytes: Uint8Array, wanted: number): Uint8Array {
    const take = Math.min(wanted, bytes.length);
    this.#buffer.set(bytes.subarray(0, take), this.#have);
    this.#have += take;
    return bytes.subarray(take);
  }
}

function frameSize(bytes: Uint8Array, have: number): number | undefined {
  if (have < headerSize) return undefined;
  const type = bytes[0] ?? 0;
  const length = (bytes[2] ?? 0) | ((bytes[3] ?? 0) << 8);
  if (type < frameType.credit || type > frameType.reset || length > maxPayload) {
    throw new Error(`channel out of step: frame type ${type}, ${length} bytes`);
  }
  return headerSize + length;
}

function frameAt(bytes: Uint8Array, size: number): Frame {
  return {
    type: bytes[0] as FrameType,
    flags: bytes[1] ?? 0,
    id: readU32(bytes, 4),
    payload: bytes.subarray(headerSize, size),
  };
}
