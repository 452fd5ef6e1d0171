import type { Digest } from '../oci/digest.ts';
import type { ContentInfo, Expected, Ingester, Provider } from './contentstore.ts';

/** Writes a blob from bytes or a stream of them. After a failure nothing of it is left. */
export async function ingest(
  store: Ingester,
  source: Uint8Array | AsyncIterable<Uint8Array>,
  expected: Expected = {},
): Promise<ContentInfo> {
  const writer = await store.writer(expected);
  try {
    if (source instanceof Uint8Array) await writer.write(source);
    else for await (const chunk of source) await writer.write(chunk);
    return await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

const pieceSize = 1 << 20;

/** A blob's bytes from start to end, in pieces. */
export async function* contentOf(store: Provider, digest: Digest): AsyncGenerator<Uint8Array> {
  const reader = await store.reader(digest);
  for (let at = 0; at < reader.size; at += pieceSize) yield await reader.read(at, pieceSize);
}

/** A blob's bytes as a whole: for manifests and configs, which are small. */
export async function readBlob(store: Provider, digest: Digest): Promise<Uint8Array> {
  const reader = await store.reader(digest);
  return reader.read(0, reader.size);
}
