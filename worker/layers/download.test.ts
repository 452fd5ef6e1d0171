import 'fake-indexeddb/auto';
import { createHash, randomBytes } from 'node:crypto';
import { createGzip, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ContentStore } from '../content/contentstore.ts';
import { IndexedDbContentStore } from '../content/indexeddbstore.ts';
import { MemoryContentStore } from '../content/memorystore.ts';
import { StorageFullError } from '../content/storagefull.ts';
import { parseDiffId } from '../oci/diffid.ts';
import { parseDigest } from '../oci/digest.ts';
import { MemoryIndexCache } from './indexcache.ts';
import { LayerStore } from './layerstore.ts';
import { rawTar } from './tarfixture.suite.ts';

const chunk = 100_000;
const sha256 = (data: Uint8Array) => `sha256:${createHash('sha256').update(data).digest('hex')}`;
const tar = rawTar({ name: 'a', data: randomBytes(2_500_000) }, { name: 'b', data: 'the end' });
const packed = gzipSync(tar);
const blob = { digest: parseDigest(sha256(packed)), size: packed.length };
const unpacking = { compression: 'gzip', diffId: parseDiffId(sha256(tar)) } as const;

/** A server that has the blob and breaks the connection after so many bytes of an answer. */
class Server {
  readonly asked: number[] = [];
  readonly #data: Uint8Array;
  readonly #breaksAfter: number;

  constructor(data: Uint8Array, breaksAfter = Infinity) {
    this.#data = data;
    this.#breaksAfter = breaksAfter;
  }

  readonly open = async (from: number): Promise<AsyncIterable<Uint8Array>> => {
    this.asked.push(from);
    return this.#bytes(from);
  };

  async *#bytes(from: number): AsyncGenerator<Uint8Array> {
    for (let at = from; at < this.#data.length; at += 64_000) {
      if (at - from >= this.#breaksAfter) throw new Error('connection lost');
      yield this.#data.subarray(at, at + 64_000);
    }
  }
}

let databases = 0;
const stores: [string, () => ContentStore][] = [
  ['memory', () => new MemoryContentStore(chunk)],
  ['IndexedDB', () => new IndexedDbContentStore(`download-${databases++}`, { chunkSize: chunk })],
];

describe.each(stores)('a layer is fetched into %s', (_, make) => {
  test('once, and only its tar is kept', async () => {
    const content = make();
    const server = new Server(packed);
    const layer = await new LayerStore(content, new MemoryIndexCache()).fetch(server.open, blob, unpacking);
    expect(layer.index.find(['b'])).toBeDefined();
    expect(server.asked).toEqual([0]);
    expect(await content.list()).toEqual([{ digest: unpacking.diffId, size: tar.length }]);
  });

  test('after a broken connection only the rest is asked for', async () => {
    const content = make();
    const layers = new LayerStore(content, new MemoryIndexCache());
    const [first, second] = [new Server(packed, 1_000_000), new Server(packed)];
    await expect(layers.fetch(first.open, blob, unpacking)).rejects.toThrow('connection lost');
    expect(await content.list()).toEqual([]);
    await layers.fetch(second.open, blob, unpacking);
    expect(second.asked).toEqual([1_000_000]);
    expect(await content.list()).toEqual([{ digest: unpacking.diffId, size: tar.length }]);
  });

  test('also when everything had come and nothing was made of it', async () => {
    const content = make();
    const layers = new LayerStore(content, new MemoryIndexCache());
    const writer = await content.writer(blob, `blob ${blob.digest}`);
    await writer.write(packed);
    await writer.commit();
    const server = new Server(packed);
    await layers.fetch(server.open, blob, unpacking);
    expect(server.asked).toEqual([]);
    expect(await content.list()).toEqual([{ digest: unpacking.diffId, size: tar.length }]);
  });

  test.each([
    ['other bytes', packed.map((byte, at) => (at === 2_000_000 ? byte ^ 1 : byte)), blob, unpacking],
    ['too few bytes', packed.subarray(0, -20), blob, unpacking],
    ['a size that is too small', packed, { ...blob, size: blob.size - 1 }, unpacking],
    ['a size that is too large', packed, { ...blob, size: blob.size + 1 }, unpacking],
    ['another tar', packed, blob, { ...unpacking, diffId: parseDiffId(blob.digest) }],
  ])('%s are refused, and nothing is left of them', async (_, data, wanted, how) => {
    const content = make();
    const layers = new LayerStore(content, new MemoryIndexCache());
    const refused = layers.fetch(new Server(data).open, wanted, how);
    await expect(refused).rejects.toMatchObject({ kind: 'invalid' });
    expect(await content.list()).toEqual([]);
    const again = await content.writer({}, `blob ${wanted.digest}`);
    expect(again.offset).toBe(0);
  });

  test('a layer that is not packed is kept once', async () => {
    const content = make();
    const layers = new LayerStore(content, new MemoryIndexCache());
    const plain = { digest: parseDigest(unpacking.diffId), size: tar.length };
    await layers.fetch(new Server(tar).open, plain, { ...unpacking, compression: 'none' });
    expect(await content.list()).toEqual([{ digest: unpacking.diffId, size: tar.length }]);
    expect((await layers.open(unpacking.diffId)).tar.size).toBe(tar.length);
  });

  test('when there is no room nothing is left of it', async () => {
    const content = make();
    const layers = new LayerStore(withRoom(content, 2_000_000), new MemoryIndexCache());
    await expect(layers.fetch(new Server(packed).open, blob, unpacking)).rejects.toThrow(
      'no space left on device',
    );
    expect(await content.list()).toEqual([]);
    expect((await content.writer({}, `blob ${blob.digest}`)).offset).toBe(0);
  });
});

/** A store whose writers take only so many bytes, all together. */
function withRoom(content: ContentStore, room: number): ContentStore {
  let left = room;
  return {
    info: (digest) => content.info(digest),
    reader: (digest) => content.reader(digest),
    list: () => content.list(),
    settled: (age) => content.settled(age),
    delete: (digest) => content.delete(digest),
    sweep: (age) => content.sweep(age),
    room: () => content.room(),
    writer: async (expected, ref) => {
      const writer = await content.writer(expected, ref);
      const write = async (bytes: Uint8Array) => {
        if ((left -= bytes.length) < 0) {
          await writer.abort();
          throw new StorageFullError(undefined);
        }
        return writer.write(bytes);
      };
      return {
        offset: writer.offset,
        stored: () => writer.stored(),
        write,
        commit: () => writer.commit(),
        suspend: () => writer.suspend(),
        abort: () => writer.abort(),
      };
    },
  };
}

describe('what grows without measure', () => {
  test('10 GB of zeros end at the first one', async () => {
    const content = new CountingStore();
    const layers = new LayerStore(content, new MemoryIndexCache());
    const refused = layers.fetch(async () => bomb(10e9), { digest: blob.digest, size: 9_999_999 }, unpacking);
    await expect(refused).rejects.toThrow('it unpacks to more than 100 times its size');
    expect(content.most).toBeLessThan(2 ** 29 + 2e6);
    expect(await content.list()).toEqual([]);
  });

  test('more than a layer may have ends there, however it is packed', async () => {
    const limits = { total: 1_000_000, unsuspicious: 2 ** 30, ratio: 100 };
    const layers = new LayerStore(new MemoryContentStore(), new MemoryIndexCache(), async () => limits);
    const refused = layers.fetch(new Server(packed).open, blob, unpacking);
    await expect(refused).rejects.toThrow('it unpacks to more than 1000000 bytes');
  });

  test('many zeros in a layer of ordinary size are nothing unusual', async () => {
    const zeros = rawTar({ name: 'zeros', data: new Uint8Array(20_000_000) });
    const small = gzipSync(zeros);
    const layers = new LayerStore(new MemoryContentStore(), new MemoryIndexCache());
    const described = { digest: parseDigest(sha256(small)), size: small.length };
    const diffId = parseDiffId(sha256(zeros));
    await layers.fetch(new Server(small).open, described, { compression: 'gzip', diffId });
  });
});

/** The packed tar of a file of zeros. Between full flushes the same zeros are the same bytes each time. */
async function* bomb(size: number): AsyncGenerator<Uint8Array> {
  const step = 100_000_000;
  const gzip = createGzip();
  const packed: Buffer[] = [];
  gzip.on('data', (data: Buffer) => packed.push(data));
  const header = rawTar({ name: 'zeros', size }).subarray(0, 512);
  const take = async (bytes: Uint8Array): Promise<Buffer> => {
    gzip.write(bytes);
    await new Promise<void>((flushed) => gzip.flush(() => flushed()));
    return Buffer.concat(packed.splice(0));
  };
  yield await take(header);
  yield await take(new Uint8Array(step));
  const again = await take(new Uint8Array(step));
  for (let done = 2 * step; done < size; done += step) yield again;
}

/** Counts the bytes that it is given, and keeps none. */
class CountingStore extends MemoryContentStore {
  most = 0;

  override async writer() {
    const count = (bytes: Uint8Array) => {
      this.most += bytes.length;
    };
    return {
      offset: 0,
      stored: async function* () {
        // Nothing is ever stored.
      },
      write: async (bytes: Uint8Array) => count(bytes),
      commit: () => Promise.reject(new Error('it must not come to this')),
      suspend: async () => undefined,
      abort: async () => undefined,
    };
  }
}
