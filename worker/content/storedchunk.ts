/**
 * A chunk as IndexedDB has it: a Blob, of which a part can be read without the rest. In browsers that store none, and from
 * earlier versions of this store, its bytes.
 */
export type StoredChunk = Blob | Uint8Array;

/** A part of a chunk, all of it if nothing else is asked for. */
export async function partOf(chunk: StoredChunk, from = 0, to = Infinity): Promise<Uint8Array> {
  if (chunk instanceof Uint8Array) return chunk.subarray(from, to);
  return new Uint8Array(await chunk.slice(from, Math.min(to, chunk.size)).arrayBuffer());
}
