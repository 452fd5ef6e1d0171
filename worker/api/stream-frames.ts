import type { OutputChunk } from '../protocol/engine-api.ts';
import { mapped } from './mapped.ts';
import { concat } from '../oci/bytes.ts';

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

/** Each line in a frame of its own: a reader of a log takes a frame for a line. */
export function lineFrames({ stream, bytes }: OutputChunk): Uint8Array {
  const frames = [];
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(10, at);
    const end = newline < 0 ? bytes.length : newline + 1;
    frames.push(frame({ stream, bytes: bytes.subarray(at, end) }));
    at = end;
  }
  return concat(frames);
}

/** A log as it is sent: framed line by line, or of a process with a terminal as it is. */
export function framed(output: AsyncIterable<OutputChunk>, raw: boolean): AsyncIterable<Uint8Array> {
  return mapped(output, (chunk) => (raw ? chunk.bytes : lineFrames(chunk)));
}
