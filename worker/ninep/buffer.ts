import { decodeText, encodeTextInto } from '../oci/text.ts';

const two32 = 0x1_0000_0000;

/**
 * Reads little-endian fields from a frame. Never throws: once the bytes run out, `exhausted` is set for good and every
 * read gives zero or nothing, so that a decoder is checked once, at its end.
 */
export class Decoder {
  exhausted = false;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #offset: number;

  constructor(bytes: Uint8Array, offset = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#end = Math.min(end, bytes.length);
  }

  u8(): number {
    const at = this.#take(1);
    return at < 0 ? 0 : (this.#bytes[at] ?? 0);
  }

  u16(): number {
    const at = this.#take(2);
    return at < 0 ? 0 : uint16(this.#bytes, at);
  }

  u32(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : uint32(this.#bytes, at);
  }

  /** A 64-bit number; above 2^53 its low bits are lost, which no file offset or mask we serve reaches. */
  u64(): number {
    const at = this.#take(8);
    return at < 0 ? 0 : uint32(this.#bytes, at) + uint32(this.#bytes, at + 4) * two32;
  }

  string(): string {
    const length = this.u16();
    const at = this.#take(length);
    return at < 0 ? '' : decodeText(this.#bytes, at, at + length);
  }

  /** A view of the frame, valid as long as the frame is. */
  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(Math.max(at, 0), Math.max(at, 0) + (at < 0 ? 0 : length));
  }

  #take(length: number): number {
    const at = this.#offset;
    if (this.exhausted || length > this.#end - at) {
      this.exhausted = true;
      return -1;
    }
    this.#offset = at + length;
    return at;
  }
}

/** Writes little-endian fields into a buffer of fixed size. What does not fit is dropped and sets `exhausted`. */
export class Encoder {
  exhausted = false;
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Starts over, or goes back to `offset` to drop what came after it. */
  reset(offset = 0): void {
    this.#offset = offset;
    this.exhausted = false;
  }

  /** Bytes that still fit. */
  get room(): number {
    return this.#bytes.length - this.#offset;
  }

  /** What was written; a view of the buffer, valid until the next reset. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#offset);
  }

  u8(value: number): void {
    const at = this.#take(1);
    if (at >= 0) this.#bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.#take(2);
    if (at < 0) return;
    this.#bytes[at] = value;
    this.#bytes[at + 1] = value >>> 8;
  }

  u32(value: number): void {
    const at = this.#take(4);
    if (at >= 0) putUint32(this.#bytes, at, value);
  }

  /** A 64-bit number, in two's complement when negative. */
  u64(value: number): void {
    const at = this.#take(8);
    if (at < 0) return;
    putUint32(this.#bytes, at, value >>> 0);
    putUint32(this.#bytes, at + 4, Math.floor(value / two32) >>> 0);
  }

  /** A string; one of more than 65535 bytes cannot be said in 9P and sets `exhausted`. */
  string(value: string): void {
    const at = this.#offset;
    this.u16(0);
    if (this.room < value.length * 3) return this.#longString(value, at);
    this.#endString(at, encodeTextInto(value, this.#bytes, this.#offset));
  }

  bytes(value: Uint8Array): void {
    const at = this.#take(value.length);
    if (at >= 0) this.#bytes.set(value, at);
  }

  /** Overwrites four bytes written before. */
  patchU32(at: number, value: number): void {
    putUint32(this.#bytes, at, value);
  }

  #longString(value: string, at: number): void {
    const whole = new Uint8Array(value.length * 3);
    const length = encodeTextInto(value, whole, 0);
    this.bytes(whole.subarray(0, length));
    if (!this.exhausted) this.#endString(at, this.#offset);
  }

  #endString(at: number, end: number): void {
    const length = end - at - 2;
    if (length > 0xffff) this.exhausted = true;
    this.#offset = end;
    this.#bytes[at] = length;
    this.#bytes[at + 1] = length >>> 8;
  }

  #take(length: number): number {
    const at = this.#offset;
    if (this.exhausted || length > this.#bytes.length - at) {
      this.exhausted = true;
      return -1;
    }
    this.#offset = at + length;
    return at;
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function uint32(bytes: Uint8Array, at: number): number {
  return (uint16(bytes, at) | (uint16(bytes, at + 2) << 16)) >>> 0;
}

function putUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
