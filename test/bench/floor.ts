import { createHasher } from '../../worker/content/hasher.ts';

/**
 * Fetches a packed layer, unpacks it, and computes the digests of both, with the same means as the product and nothing
 * else. Gives milliseconds.
 */
export async function floor(open: () => Promise<ReadableStream<Uint8Array> | null>): Promise<number> {
  const started = performance.now();
  const [packed, unpacked] = [await createHasher(), await createHasher()];
  const body = await open();
  if (body === null) throw new Error('there is nothing to fetch');
  const hashed = new TransformStream<Uint8Array, BufferSource>({
    transform: (chunk, controller) => {
      packed.update(chunk);
      controller.enqueue(new Uint8Array(chunk));
    },
  });
  const reader = body.pipeThrough(hashed).pipeThrough(new DecompressionStream('gzip')).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) unpacked.update(next.value);
  packed.digest();
  unpacked.digest();
  return performance.now() - started;
}
