/** The decoder inside the package, which is without the streams and buffers of Node that its face is made of. */
declare module 'unbzip2-stream/lib/bzip2.js' {
  type BitReader = import('unbzip2-stream/lib/bit_iterator.js').BitReader;
  const bzip2: {
    /** Reads a stream's header; its level, 1 to 9. */
    header(bits: BitReader): number;
    /** Reads a block, byte by byte; the stream's checksum so far, or null at its end. */
    decompress(
      bits: BitReader,
      byte: (value: number) => void,
      buffer: Int32Array,
      size: number,
      checksum: number,
    ): number | null;
  };
  export default bzip2;
}

declare module 'unbzip2-stream/lib/bit_iterator.js' {
  export interface BitReader {
    (count: number | null): number;
    bytesRead: number;
  }
  /** `next` gives the next bytes. */
  export default function bitIterator(next: () => Uint8Array): BitReader;
}
