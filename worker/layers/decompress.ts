import { free } from '../content/free.ts';
import type { Compression } from '../oci/mediatype.ts';
import { BottleshipError, errorMessage, invalid } from '../oci/errors.ts';
import type { FindLimits } from './limits.ts';
import { findDefaultLimits, unpackedWithin } from './limits.ts';
import { unpackZstd } from './unzstd.ts';

/** Unpacks a stream. A chunk is gone once the next one is asked for. Broken data and what grows without measure fail with `invalid`. */
export function decompressed(
  packed: AsyncIterable<Uint8Array>,
  compression: Compression,
  limits: FindLimits = findDefaultLimits,
): AsyncIterable<Uint8Array> {
  return unpackedWithin(limits, packed, unpackers[compression]);
}

const unpackers: Readonly<
  Record<Compression, (packed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>>
> = { none: (packed) => packed, gzip: (packed) => freed(gunzipped(packed)), zstd: unpackZstd };

/** Frees each chunk when the next is asked for, as the collector comes only when 64 MB have come together. */
async function* freed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    free(chunk);
  }
}

/** Of what is given to the stream at once, it gives back all, which may be a thousand times as much. */
const pieceSize = 32 << 10;

/** Unpacks gzip, without limits. */
export async function* gunzipped(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream('gzip');
  const fed = feed(packed, writable);
  try {
    yield* chunks(readable);
  } catch (error) {
    throw (await fed) ?? broken(error);
  }
  const failure = await fed;
  if (failure !== undefined) throw failure;
}

/** Not every browser can iterate over a stream. */
async function* chunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** Gives the source's error rather than that of the stream which lost its source. */
async function feed(packed: AsyncIterable<Uint8Array>, to: WritableStream<BufferSource>): Promise<unknown> {
  const writer = to.getWriter();
  writer.closed.catch(() => undefined);
  const source = packed[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await source.next();
      if (next.done) break;
      if (!(await writtenInPieces(writer, next.value))) return void (await source.return?.());
    }
    await written(writer, undefined);
    return undefined;
  } catch (error) {
    writer.abort(error).catch(() => undefined);
    return error;
  }
}

async function writtenInPieces(
  writer: WritableStreamDefaultWriter<BufferSource>,
  chunk: Uint8Array,
): Promise<boolean> {
  for (let at = 0; at < chunk.length; at += pieceSize)
    if (!(await written(writer, chunk.subarray(at, at + pieceSize)))) return false;
  return true;
}

/** Whether the stream took a chunk, or its end; if not, its reader knows why. */
async function written(
  writer: WritableStreamDefaultWriter<BufferSource>,
  chunk: Uint8Array | undefined,
): Promise<boolean> {
  try {
    await (chunk === undefined ? writer.close() : writer.write(chunk as Uint8Array<ArrayBuffer>));
    return true;
  } catch {
    return false;
  }
}

function broken(error: unknown): Error {
  return error instanceof BottleshipError ? error : invalid(`broken gzip data: ${errorMessage(error)}`);
}
