import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseDigest } from '../oci/digest.ts';
import type { ContentStore } from './contentstore.ts';
import { ingest, readBlob } from './ingest.ts';

/** A row of the object store `content`. */
export type Row = readonly [key: readonly (string | number)[], value: unknown];

const chunkSize = 256 << 10;
const bytes = Uint8Array.from({ length: 2 * chunkSize + 100 }, (_, i) => (i * 31 + (i >> 9)) % 251);
const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);

/** The chunks as bytes, from the start. */
function chunks(id: string, count: number): Row[] {
  return Array.from({ length: count }, (_, i) => [
    ['chunk', id, i],
    bytes.slice(i * chunkSize, (i + 1) * chunkSize),
  ]);
}

/** What the versions before wrote, as they wrote it, each with a blob and with what a closed tab has left. */
const versions: Readonly<Record<string, readonly Row[]>> = {
  'of the first days': [
    [['blob', digest], { id: 'a1', chunkSize, size: bytes.length }],
    ...chunks('a1', 3),
    [['ingest', 'b1'], Date.parse('2026-11-24')],
    ...chunks('b1', 1),
  ],
  'with pulls that go on': [
    [['blob', digest], { id: 'a2', chunkSize, size: bytes.length, committed: Date.parse('2026-11-26') }],
    ...chunks('a2', 3),
    [['ingest', 'b2'], { id: 'b2', chunkSize, begun: Date.parse('2026-11-26'), ref: 'layer' }],
    ...chunks('b2', 2),
  ],
};

/** `open` gives a store whose database has these rows. */
export function runSuite(name: string, open: (rows: readonly Row[]) => Promise<ContentStore>): void {
  describe.each(Object.entries(versions))(`a database ${name} %s`, (_, rows) => {
    test('is read, from anywhere', async () => {
      const store = await open(rows);
      expect(await store.list()).toEqual([{ digest, size: bytes.length }]);
      expect(await store.settled(1000)).toEqual([digest]);
      const reader = await store.reader(digest);
      for (const at of [0, 130_000, chunkSize - 5, bytes.length - 5])
        expect([...(await reader.read(at, 10))]).toEqual([...bytes.subarray(at, at + 10)]);
      expect(Buffer.compare(await readBlob(store, digest), bytes)).toBe(0);
    });

    test('is swept, written to and deleted from', async () => {
      const store = await open(rows);
      await store.sweep();
      const fresh = await ingest(store, bytes.subarray(1));
      expect(await ingest(store, bytes)).toEqual({ digest, size: bytes.length });
      const left = await store.writer({}, 'layer');
      expect(left.offset).toBe(0);
      await left.abort();
      await store.delete(digest);
      expect(await store.list()).toEqual([fresh]);
    });

    test('has its half of a blob begun again, as chunks are larger today', async () => {
      const store = await open(rows);
      const writer = await store.writer({ digest, size: bytes.length }, 'layer');
      expect(writer.offset).toBe(0);
      await writer.write(bytes);
      expect(await writer.commit()).toEqual({ digest, size: bytes.length });
    });
  });
}
