/**
 * Random access to the bytes of a blob that does not change. `read` gives exactly the bytes asked for, fewer only past
 * the end; at once when they are in memory, else a promise. What it gives is a view the caller must not write to.
 */
export interface BlobReader {
  readonly size: number;
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>;
}

/** A reader of bytes in memory; it never makes a promise. */
export function memoryReader(bytes: Uint8Array): BlobReader {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
}

/** The bytes from `start` to `end` of chunks of one size, all of them here; a view when they lie in one. */
export function readChunks(
  chunks: readonly Uint8Array[],
  chunkSize: number,
  start: number,
  end: number,
): Uint8Array {
  if (start >= end) return new Uint8Array();
  const first = Math.floor(start / chunkSize);
  const last = Math.floor((end - 1) / chunkSize);
  const wanted = chunks.slice(first, last + 1);
  return cut(wanted, start - first * chunkSize, end - first * chunkSize, chunkSize);
}

/** The bytes from `from` to `to` of chunks that follow each other; a view when they lie in one. */
export function cut(chunks: readonly Uint8Array[], from: number, to: number, chunkSize: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only.subarray(from, to);
  const out = new Uint8Array(to - from);
  chunks.forEach((chunk, i) => {
    const start = i * chunkSize;
    const part = chunk.subarray(Math.max(from - start, 0), to - start);
    out.set(part, Math.max(start - from, 0));
  });
  return out;
}
