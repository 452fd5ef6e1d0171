import type { Compression } from '../oci/mediatype.ts';
import { BottleshipError, errorMessage, invalid } from '../oci/errors.ts';
import { unpackZstd } from './unzstd.ts';

/** Unpacks a stream. Broken data fails with `invalid`. */
export function decompressed(
  packed: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncIterable<Uint8Array> {
  if (compression === 'zstd') return unpackZstd(packed);
  return compression === 'gzip' ? gunzipped(packed) : packed;
}

async function* gunzipped(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
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
      if (!(await written(writer, next.value))) return void (await source.return?.());
    }
    await written(writer, undefined);
    return undefined;
  } catch (error) {
    writer.abort(error).catch(() => undefined);
    return error;
  }
}

/** Whether the stream took a chunk, or its end; if not, its reader knows why. */
async function written(
  writer: WritableStreamDefaultWriter<BufferSource>,
  chunk: Uint8Array | undefined,
): Promise<boolean> {
  try {
    await (chunk === undefined ? writer.close() : writer.write(new Uint8Array(chunk)));
    return true;
  } catch {
    return false;
  }
}

function broken(error: unknown): Error {
  return error instanceof BottleshipError ? error : invalid(`broken gzip data: ${errorMessage(error)}`);
}
