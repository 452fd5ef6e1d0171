import { chunksOf } from '../content/chunks.ts';

/** Packs a stream with gzip: the same bytes for the same bytes, whatever pieces they come in. */
export async function* gzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  const tar = new ReadableStream<BufferSource>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  yield* chunksOf(tar.pipeThrough(new CompressionStream('gzip')));
}
