import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDigest } from '../oci/digest.ts';
import { contentOf, ingest, readBlob } from './ingest.ts';
import type { ContentStore } from './contentstore.ts';

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31) % 251);
const sha256 = (data: Uint8Array) => parseDigest(`sha256:${createHash('sha256').update(data).digest('hex')}`);

async function* pieces(data: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

async function* broken(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data;
  throw new Error('connection lost');
}

/** The acceptance suite of a content store. `factory` gives an empty one each time. */
export function runSuite(name: string, factory: () => ContentStore, chunkSize: number): void {
  const sizes = [0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 3 * chunkSize + 7];

  describe(`ContentStore: ${name}`, () => {
    test.each(sizes)('a blob of %i bytes comes back', async (size) => {
      const store = factory();
      const data = bytes(size);
      const info = await ingest(store, pieces(data, 100), { digest: sha256(data), size });
      expect(info).toEqual({ digest: sha256(data), size });
      expect(await store.info(info.digest)).toEqual(info);
      expect(await store.list()).toEqual([info]);
      expect([...(await readBlob(store, info.digest))]).toEqual([...data]);
    });

    test('any range reads back', async () => {
      const store = factory();
      const data = bytes(5 * chunkSize + 3);
      const { digest } = await ingest(store, data);
      const reader = await store.reader(digest);
      expect(reader.size).toBe(data.length);
      const at = fc.nat(data.length + 10);
      await fc.assert(
        fc.asyncProperty(at, at, async (offset, length) => {
          expect([...(await reader.read(offset, length))]).toEqual([
            ...data.subarray(offset, offset + length),
          ]);
        }),
      );
    });

    test('a blob streams back', async () => {
      const store = factory();
      const data = bytes(3 * chunkSize);
      const { digest } = await ingest(store, data);
      const parts: Uint8Array[] = [];
      for await (const part of contentOf(store, digest)) parts.push(part);
      expect(Buffer.compare(Buffer.concat(parts), data)).toBe(0);
    });

    test('says how much room there is, or that nobody knows', async () => {
      const store = factory();
      await ingest(store, bytes(10));
      expect(await store.room()).toBeGreaterThan(0);
    });

    test('nothing is visible before commit, nor after abort', async () => {
      const store = factory();
      const data = bytes(2 * chunkSize);
      const writer = await store.writer();
      await writer.write(data);
      expect(await store.list()).toEqual([]);
      await expect(store.info(sha256(data))).rejects.toMatchObject({ kind: 'not-found' });
      await writer.abort();
      await writer.abort();
      expect(await store.list()).toEqual([]);
    });

    test('what was written is copied', async () => {
      const store = factory();
      const data = bytes(10);
      const writer = await store.writer();
      await writer.write(data);
      const digest = sha256(data);
      data.fill(0);
      expect((await writer.commit()).digest).toBe(digest);
      expect([...(await readBlob(store, digest))]).toEqual([...bytes(10)]);
    });

    test('wrong content is refused and leaves nothing', async () => {
      const store = factory();
      const data = bytes(2 * chunkSize);
      const wrongDigest = ingest(store, data, { digest: sha256(bytes(1)) });
      await expect(wrongDigest).rejects.toMatchObject({ kind: 'invalid' });
      await expect(wrongDigest).rejects.toThrow('verification failed');
      for (const size of [data.length - 1, data.length + 1]) {
        await expect(ingest(store, data, { digest: sha256(data), size })).rejects.toMatchObject({
          kind: 'invalid',
        });
      }
      expect(await store.list()).toEqual([]);
    });

    test('a source that fails leaves nothing', async () => {
      const store = factory();
      await expect(ingest(store, broken(bytes(chunkSize * 2)))).rejects.toThrow('connection lost');
      expect(await store.list()).toEqual([]);
    });

    test('the same blob twice, also at once, is there once', async () => {
      const store = factory();
      const data = bytes(chunkSize + 1);
      const [a, b] = await Promise.all([ingest(store, data), ingest(store, pieces(data, 9))]);
      expect(a).toEqual(b);
      expect(await ingest(store, data)).toEqual(a);
      expect(await store.list()).toEqual([a]);
      expect([...(await readBlob(store, a.digest))]).toEqual([...data]);
    });

    test('a deleted blob is gone, and can come again', async () => {
      const store = factory();
      const data = bytes(chunkSize + 1);
      const { digest } = await ingest(store, data);
      await store.delete(digest);
      await expect(store.delete(digest)).rejects.toMatchObject({ kind: 'not-found' });
      await expect(store.reader(digest)).rejects.toMatchObject({ kind: 'not-found' });
      await ingest(store, data);
      expect([...(await readBlob(store, digest))]).toEqual([...data]);
    });

    test('what is suspended is taken up again under its ref, and verified as a whole', async () => {
      const store = factory();
      const data = bytes(4 * chunkSize + 10);
      const first = await store.writer({ digest: sha256(data), size: data.length }, 'layer');
      expect(first.offset).toBe(0);
      await first.write(data.subarray(0, 2 * chunkSize + 5));
      await first.suspend();
      expect(await store.list()).toEqual([]);
      const again = await store.writer({ digest: sha256(data), size: data.length }, 'layer');
      expect(again.offset).toBeGreaterThanOrEqual(2 * chunkSize);
      const parts: Uint8Array[] = [];
      for await (const part of again.stored()) parts.push(part);
      expect(Buffer.compare(Buffer.concat(parts), data.subarray(0, again.offset))).toBe(0);
      await again.write(data.subarray(again.offset));
      expect(await again.commit()).toEqual({ digest: sha256(data), size: data.length });
      expect([...(await readBlob(store, sha256(data)))]).toEqual([...data]);
      expect((await store.writer({}, 'layer')).offset).toBe(0);
    });

    test('what is taken up again is verified also when nobody has read it', async () => {
      const store = factory();
      const data = bytes(3 * chunkSize);
      const first = await store.writer({}, 'layer');
      await first.write(data.subarray(0, chunkSize));
      await first.suspend();
      const second = await store.writer({}, 'layer');
      await second.suspend();
      const third = await store.writer({ digest: sha256(data) }, 'layer');
      await third.write(data.subarray(chunkSize));
      await third.commit();
      const wrong = await store.writer({}, 'other');
      await wrong.write(bytes(chunkSize).map((byte) => byte ^ 1));
      await wrong.suspend();
      const refused = await store.writer({ digest: sha256(data) }, 'other');
      await refused.write(data.subarray(chunkSize));
      await expect(refused.commit()).rejects.toMatchObject({ kind: 'invalid' });
      expect((await store.writer({}, 'other')).offset).toBe(0);
    });

    test('nothing is left of a writer without a ref, nor of one that aborts', async () => {
      const store = factory();
      const nameless = await store.writer();
      await nameless.write(bytes(2 * chunkSize));
      await nameless.suspend();
      const aborted = await store.writer({}, 'layer');
      await aborted.write(bytes(2 * chunkSize));
      await aborted.abort();
      expect((await store.writer({}, 'layer')).offset).toBe(0);
    });

    test('a ref has one writer at a time', async () => {
      const store = factory();
      const first = await store.writer({}, 'layer');
      let waits = true;
      const second = store.writer({}, 'layer').finally(() => {
        waits = false;
      });
      const other = await store.writer({}, 'other');
      await other.abort();
      expect(waits).toBe(true);
      await first.write(bytes(chunkSize));
      await first.suspend();
      expect((await second).offset).toBe(chunkSize);
      await (await second).abort();
    });

    test('a sweep takes what could be taken up again only after its time, and never what is being written', async () => {
      const store = factory();
      const left = await store.writer({}, 'left');
      await left.write(bytes(2 * chunkSize));
      await left.suspend();
      const busy = await store.writer({}, 'busy');
      await busy.write(bytes(chunkSize));
      const nameless = await store.writer();
      await nameless.write(bytes(chunkSize));
      await store.sweep();
      const kept = await store.writer({}, 'left');
      expect(kept.offset).toBe(2 * chunkSize);
      await kept.suspend();
      await store.sweep(-1000);
      expect((await store.writer({}, 'left')).offset).toBe(0);
      expect((await busy.commit()).size).toBe(chunkSize);
      expect((await nameless.commit()).size).toBe(chunkSize);
    });

    test('says which blobs have been there for a while', async () => {
      const store = factory();
      const { digest } = await ingest(store, bytes(10));
      expect(await store.settled(60_000)).toEqual([]);
      expect(await store.settled(-1000)).toEqual([digest]);
    });

    test.each(['sha384', 'sha512'])('%s is verified as well', async (algorithm) => {
      const store = factory();
      const digest = parseDigest(`${algorithm}:${createHash(algorithm).update(bytes(5)).digest('hex')}`);
      expect(await ingest(store, bytes(5), { digest })).toEqual({ digest, size: 5 });
    });
  });
}
