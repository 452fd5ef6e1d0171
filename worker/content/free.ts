/**
 * Gives the memory of bytes that nobody needs any more back at once; the collector comes only when some 64 MB have come
 * together. They are detached from it, so they must be all of their buffer. Browsers before 2024 leave it to the collector.
 */
export function free({ buffer, byteLength }: Uint8Array): void {
  if ('transfer' in buffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
