import { chunksOf, streamOf } from '../content/chunks.ts';

/** Packs a stream with gzip: the same bytes for the same bytes, whatever pieces they come in. */
export async function* gzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunksOf(streamOf(source).pipeThrough(new CompressionStream('gzip')));
}
