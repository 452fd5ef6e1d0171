import type { OutputChunk } from '../protocol/engine-api.ts';
import { mapped } from './mapped.ts';

export const rawStream = 'application/vnd.docker.raw-stream';
export const multiplexedStream = 'application/vnd.docker.multiplexed-stream';

const numbers = { stdout: 1, stderr: 2 } as const;
const headerSize = 8;

/** The bytes of a chunk behind the header that names its stream: u8 stream, 3 zeros, u32 size. */
export function frame({ stream, bytes }: OutputChunk): Uint8Array {
  const out = new Uint8Array(headerSize + bytes.length);
  out[0] = numbers[stream];
  new DataView(out.buffer).setUint32(4, bytes.length);
  out.set(bytes, headerSize);
  return out;
}

/** Output as it is sent: framed, or of a process with a terminal as it is. */
export function framed(output: AsyncIterable<OutputChunk>, raw: boolean): AsyncIterable<Uint8Array> {
  return mapped(output, (chunk) => (raw ? chunk.bytes : frame(chunk)));
}
