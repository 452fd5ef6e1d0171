import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDiskSeed } from '../../kernel-image/disk-seed-codec.ts';
import { errorKind } from '../oci/errors.ts';
import { inflateDiskSeed, readDiskSeed } from './disk-seed.ts';

const blockSize = 4096;

function disk(blocks: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const bytes = new Uint8Array(16 * blockSize);
  for (const [number, block] of blocks) bytes.set(block, number * blockSize);
  return bytes;
}

describe('a disk seed', () => {
  it('gives back every block that is not zero', () => {
    const block = fc.uint8Array({ minLength: 1, maxLength: blockSize });
    const blocks = fc.uniqueArray(fc.tuple(fc.nat(15), block), {
      selector: ([number]) => number,
      maxLength: 8,
    });
    fc.assert(
      fc.property(blocks, (pairs) => {
        const original = disk(new Map(pairs));
        const seed = readDiskSeed(encodeDiskSeed([original], original.length));
        const restored = new Uint8Array(seed.size);
        for (const { offset, bytes } of seed.blocks) restored.set(bytes, offset);
        expect(Buffer.compare(restored, original)).toBe(0);
      }),
    );
  });

  it('refuses any other bytes with an error of the kind "invalid"', () => {
    const seed = encodeDiskSeed([disk(new Map([[3, new Uint8Array([1])]]))], 16 * blockSize);
    const damage = fc.tuple(fc.nat(seed.length - 1), fc.uint8Array({ maxLength: 40 }));
    fc.assert(
      fc.property(damage, ([length, tail]) => {
        try {
          readDiskSeed(new Uint8Array([...seed.subarray(0, length), ...tail]));
        } catch (error) {
          expect(errorKind(error)).toBe('invalid');
        }
      }),
      { numRuns: 50 },
    );
    expect(() => readDiskSeed(seed.subarray(0, seed.length - 1))).toThrow('length');
    expect(() => readDiskSeed(new Uint8Array(100))).toThrow('not a disk seed');
  });

  it('is an ext4 file system of 8 GiB labelled bottleship', async () => {
    const file = new URL('../../kernel-image/artefacts/data-disk.seed.gz', import.meta.url);
    const seed = readDiskSeed(await inflateDiskSeed(new Uint8Array(readFileSync(file))));
    const first = [...seed.blocks][0];
    expect(seed.size).toBe(8 * 2 ** 30);
    expect(first?.offset).toBe(0);
    // struct ext4_super_block lies at byte 1024: s_magic at 0x38, s_volume_name at 0x78
    expect([...(first?.bytes.subarray(1024 + 0x38, 1024 + 0x3a) ?? [])]).toEqual([0x53, 0xef]);
    expect(new TextDecoder().decode(first?.bytes.subarray(1024 + 0x78, 1024 + 0x82))).toBe('bottleship');
  });
});
