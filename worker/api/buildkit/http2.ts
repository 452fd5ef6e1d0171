import type { Connection } from '../http/connection.ts';

const frameTypes = { settings: 4, ping: 6, goAway: 7 } as const;
const ack = 1;
const headSize = 9;
/** The other side may send no larger frame, unless it is allowed to. */
const largest = 16_384;
const preface = new TextEncoder().encode('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/**
 * The client's part of an HTTP/2 connection on which it asks for nothing: its settings are acknowledged, its pings answered.
 * Resolves when the other side is done; rejects when it does not keep to the protocol. https://www.rfc-editor.org/rfc/rfc9113
 */
export async function http2(connection: Connection): Promise<void> {
  await connection.write(preface);
  await connection.write(encodeFrame(frameTypes.settings, 0));
  for await (const { type, flags, payload } of frames(connection.input)) {
    if (type === frameTypes.goAway) return;
    if ((flags & ack) !== 0) continue;
    if (type === frameTypes.settings) await connection.write(encodeFrame(type, ack));
    if (type === frameTypes.ping) await connection.write(encodeFrame(type, ack, payload));
  }
}

async function* frames(input: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let buffer = new Uint8Array();
  for await (const bytes of input) {
    buffer = new Uint8Array([...buffer, ...bytes]);
    for (let size = frameSize(buffer); size <= buffer.length; size = frameSize(buffer)) {
      yield { type: buffer[3] ?? 0, flags: buffer[4] ?? 0, payload: buffer.slice(headSize, size) };
      buffer = buffer.slice(size);
    }
  }
}

/** Of the first frame with its head; of one whose head is not here yet, the head's. */
function frameSize(buffer: Uint8Array): number {
  if (buffer.length < headSize) return headSize;
  const [high = 0, middle = 0, low = 0] = buffer;
  const size = high * 65_536 + middle * 256 + low;
  if (size > largest) throw new Error(`a frame of ${size} bytes`);
  return headSize + size;
}

function encodeFrame(type: number, flags: number, payload: Uint8Array = new Uint8Array()): Uint8Array {
  const frame = new Uint8Array(headSize + payload.length);
  frame.set([payload.length >> 16, payload.length >> 8, payload.length, type, flags]);
  frame.set(payload, headSize);
  return frame;
}
