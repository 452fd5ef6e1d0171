import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryDisk } from './disk.ts';

const size = 1 << 20;

test('reads what was written last, and zeros elsewhere', () => {
  const write = fc.record({ start: fc.nat({ max: size - 1 }), bytes: fc.uint8Array({ maxLength: 200_000 }) });
  fc.assert(
    fc.property(fc.array(write, { maxLength: 8 }), (writes) => {
      const disk = new MemoryDisk(size);
      const plain = new Uint8Array(size);
      for (const { start, bytes } of writes) {
        const fitting = bytes.subarray(0, size - start);
        disk.write(start, fitting);
        plain.set(fitting, start);
      }
      expect(Buffer.compare(disk.read(0, size), plain)).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test('takes memory only for what was written', () => {
  const disk = new MemoryDisk(8 * 1024 ** 3);
  disk.write(7 * 1024 ** 3, new Uint8Array([1]));
  expect(disk.used).toBeLessThan(1 << 20);
  expect(disk.read(7 * 1024 ** 3, 2)).toEqual(new Uint8Array([1, 0]));
});

test('keeps no view of what it was given', () => {
  const disk = new MemoryDisk(size);
  const bytes = new Uint8Array([1, 2, 3]);
  disk.write(0, bytes);
  bytes.fill(9);
  disk.read(0, 3).fill(7);
  expect(disk.read(0, 3)).toEqual(new Uint8Array([1, 2, 3]));
});
