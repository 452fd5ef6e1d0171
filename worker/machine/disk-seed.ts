import { invalid } from '../oci/errors.ts';

/**
 * The data disk as it is before its first use: an empty file system, of which only the few blocks that are not zero are
 * kept. Little-endian: the eight characters of `magic`, block size (u32), number of blocks kept (u32), size of the disk
 * in bytes (u64), the number of each kept block (u32 each, ascending), then the blocks' bytes in the same order.
 */
export interface DiskSeed {
  /** Size of the disk in bytes. */
  size: number;
  blocks: Iterable<DiskBlock>;
}

export interface DiskBlock {
  /** Offset on the disk in bytes. */
  offset: number;
  /** A view into the seed, not a copy. */
  bytes: Uint8Array;
}

export const diskSeedMagic = 'DISKSEED';
export const diskSeedHeaderSize = 24;

/** Reads an inflated seed. Throws an `invalid` error when it is not one or is cut short. */
export function readDiskSeed(seed: Uint8Array): DiskSeed {
  if (seed.length < diskSeedHeaderSize) throw invalid('disk seed: too short');
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
  const magic = new TextDecoder('latin1').decode(seed.subarray(0, diskSeedMagic.length));
  if (magic !== diskSeedMagic) throw invalid('disk seed: not a disk seed');
  const [blockSize, count, size] = [
    view.getUint32(8, true),
    view.getUint32(12, true),
    Number(view.getBigUint64(16, true)),
  ];
  const data = diskSeedHeaderSize + count * 4;
  if (seed.length !== data + count * blockSize)
    throw invalid('disk seed: its length is not what its header says');
  const numbers = Array.from({ length: count }, (_, index) =>
    view.getUint32(diskSeedHeaderSize + index * 4, true),
  );
  if (numbers.some((number) => (number + 1) * blockSize > size))
    throw invalid('disk seed: a block lies beyond its end');
  const blocks = numbers.map((number, index) => ({
    offset: number * blockSize,
    bytes: seed.subarray(data + index * blockSize, data + (index + 1) * blockSize),
  }));
  return { size, blocks };
}

/** Inflates a seed as it is served. */
export async function inflateDiskSeed(gzipped: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const inflated = new Blob([gzipped]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(inflated).arrayBuffer());
}
