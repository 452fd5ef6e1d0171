import { Pieces } from '../http2/frames.ts';
import { GrpcError, grpcCodes } from './status.ts';

const headSize = 5;
/** Bytes; as the implementation in Go has it for what it receives. */
const largest = 16 << 20;

/** Messages of a stream of bytes. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
export async function* readMessages(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = new Pieces();
  for await (const bytes of input) {
    pieces.add(bytes);
    for (let message = readMessage(pieces); message !== undefined; message = readMessage(pieces))
      yield message;
  }
  if (pieces.length > 0) throw new GrpcError(grpcCodes.internal, 'a message that is cut off');
}

function readMessage(pieces: Pieces): Uint8Array | undefined {
  const head = pieces.peek(headSize);
  if (head === undefined) return undefined;
  if (head[0] !== 0) throw new GrpcError(grpcCodes.unimplemented, 'grpc: Decompressor is not installed');
  const size = new DataView(head.buffer, head.byteOffset + 1).getUint32(0);
  if (size > largest)
    throw new GrpcError(
      grpcCodes.resourceExhausted,
      `grpc: received message larger than max (${size} vs. ${largest})`,
    );
  return pieces.take(headSize + size)?.subarray(headSize);
}

/** A message with its head. */
export function framedMessage(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(headSize + message.length);
  new DataView(framed.buffer).setUint32(1, message.length);
  framed.set(message, headSize);
  return framed;
}
