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
