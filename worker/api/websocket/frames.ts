import { ByteReader } from '../http/byte-reader.ts';

/** https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame, or a part of one that carries data. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** Status codes of a close frame: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
export const closeCode = { normal: 1000, protocolError: 1002 } as const;

/** What a client does against the protocol. */
export class ProtocolError extends Error {}

const maxControl = 125;

/** A whole frame from a server: never masked, never in fragments. */
export function encodeFrame(code: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const size = length < 126 ? 2 : length < 0x10000 ? 4 : 10;
  const out = new Uint8Array(size + length);
  const view = new DataView(out.buffer);
  out[0] = 0x80 | code;
  out[1] = size === 2 ? length : size === 4 ? 126 : 127;
  if (size === 4) view.setUint16(2, length);
  if (size === 10) view.setBigUint64(2, BigInt(length));
  out.set(payload, size);
  return out;
}

export function encodeClose(code: number): Uint8Array {
  return encodeFrame(opcode.close, new Uint8Array([code >> 8, code & 0xff]));
}

/**
 * The frames of a client, data as it comes. Ends with the input, also within a frame; throws `ProtocolError`.
 * `maxControl` bytes of a control frame come whole.
 */
export async function* decodeFrames(input: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const reader = new ByteReader(input);
  for (;;) {
    const head = await exactly(reader, 2);
    if (head === undefined) return;
    const [first = 0, second = 0] = head;
    const code = first & 0x0f;
    if ((first & 0x70) !== 0) throw new ProtocolError('reserved bits');
    if ((second & 0x80) === 0) throw new ProtocolError('not masked');
    const length = await payloadLength(reader, second & 0x7f);
    const mask = length === undefined ? undefined : await exactly(reader, 4);
    if (length === undefined || mask === undefined) return;
    if (isControl(code)) checkControl(first, length);
    if (isControl(code) || length === 0) {
      const payload = await exactly(reader, length);
      if (payload === undefined) return;
      yield { opcode: code, payload: unmask(payload, mask, 0) };
    } else yield* parts(reader, code, length, mask);
  }
}

async function* parts(
  reader: ByteReader,
  code: number,
  length: number,
  mask: Uint8Array,
): AsyncGenerator<Frame> {
  for (let at = 0; at < length;) {
    const bytes = await reader.some(length - at);
    if (bytes === undefined) return;
    yield { opcode: code, payload: unmask(bytes, mask, at) };
    at += bytes.length;
  }
}

async function payloadLength(reader: ByteReader, short: number): Promise<number | undefined> {
  if (short < 126) return short;
  const bytes = await exactly(reader, short === 126 ? 2 : 8);
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer);
  if (short === 126) return view.getUint16(0);
  const length = view.getBigUint64(0);
  if (length > Number.MAX_SAFE_INTEGER) throw new ProtocolError('frame too large');
  return Number(length);
}

function isControl(code: number): boolean {
  return (code & 8) !== 0;
}

function checkControl(first: number, length: number): void {
  if ((first & 0x80) === 0) throw new ProtocolError('control frame in fragments');
  if (length > maxControl) throw new ProtocolError('control frame too large');
}

/** A copy, from the place in the payload where the bytes lie. */
function unmask(bytes: Uint8Array, mask: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => byte ^ mask[(at + index) & 3]!);
}

async function exactly(reader: ByteReader, size: number): Promise<Uint8Array | undefined> {
  const out = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const bytes = await reader.some(size - at);
    if (bytes === undefined) return undefined;
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}
