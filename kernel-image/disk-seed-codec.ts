import { diskSeedHeaderSize, diskSeedMagic } from '../worker/machine/disk-seed.ts';

const blockSize = 4096;

/**
 * Writes the format of worker/machine/disk-seed.ts from a disk's bytes, which come in chunks of whole blocks, of at most 4 MB.
 */
export function encodeDiskSeed(chunks: Iterable<Uint8Array>, size: number): Uint8Array {
  const kept = [...nonZeroBlocks(chunks)];
  const data = diskSeedHeaderSize + kept.length * 4;
  const seed = new Uint8Array(data + kept.length * blockSize);
  const view = new DataView(seed.buffer);
  seed.set(new TextEncoder().encode(diskSeedMagic));
  view.setUint32(8, blockSize, true);
  view.setUint32(12, kept.length, true);
  view.setBigUint64(16, BigInt(size), true);
  for (const [index, { number, bytes }] of kept.entries()) {
    view.setUint32(diskSeedHeaderSize + index * 4, number, true);
    seed.set(bytes, data + index * blockSize);
  }
  return seed;
}

function* nonZeroBlocks(chunks: Iterable<Uint8Array>): Generator<{ number: number; bytes: Uint8Array }> {
  let first = 0;
  for (const chunk of chunks) {
    if (!isZero(chunk)) yield* nonZeroBlocksOf(chunk, first);
    first += chunk.length / blockSize;
  }
}

function* nonZeroBlocksOf(
  chunk: Uint8Array,
  first: number,
): Generator<{ number: number; bytes: Uint8Array }> {
  for (let offset = 0; offset < chunk.length; offset += blockSize) {
    const bytes = chunk.subarray(offset, offset + blockSize);
    if (!isZero(bytes)) yield { number: first + offset / blockSize, bytes: new Uint8Array(bytes) };
  }
}

const zeros = Buffer.alloc(4 << 20);

/** Compared as memory, since most of 8 GiB is zero. */
function isZero(bytes: Uint8Array): boolean {
  return zeros.compare(bytes, 0, bytes.length, 0, bytes.length) === 0;
}
