/** The registry client against a real registry: what a push, a list of tags and a deletion are made of. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentOf, ingest } from '../../worker/content/ingest.ts';
import { MemoryContentStore } from '../../worker/content/memorystore.ts';
import type { Digest } from '../../worker/oci/digest.ts';
import { mediaTypes } from '../../worker/oci/mediatype.ts';
import { Registries } from '../../worker/registry/registries.ts';
import type { Repository } from '../../worker/registry/repository.ts';
import { uploadBlob } from '../../worker/registry/upload.ts';
import { isThere } from '../api/clients.ts';
import { TestRegistry, user } from './docker-registry.ts';

interface Blob {
  readonly digest: Digest;
  readonly size: number;
}

describe.skipIf(!isThere('docker-registry')).each(['none', 'token'] as const)(
  'a registry with authentication: %s',
  (auth) => {
    let registry: TestRegistry;
    /** Methods and paths of requests for blobs and manifests. */
    const asked: string[] = [];
    /** So many answers to chunks are yet to get lost. */
    let lost = 0;

    beforeAll(async () => {
      registry = await TestRegistry.start({ auth });
    });
    afterAll(() => registry?.stop());

    const repository = (path: string): Repository =>
      new Registries({
        fetch: async (url, init) => {
          const { pathname } = new URL(url);
          asked.push(`${init?.method ?? 'GET'} ${pathname.replace(/uploads\/.+/, 'uploads/ID')}`);
          const answer = await fetch(url, init);
          if (init?.method !== 'PATCH' || lost === 0) return answer;
          lost -= 1;
          throw new TypeError('the connection broke');
        },
        sleep: async () => undefined,
      }).repository({ domain: registry.host, path }, auth === 'none' ? undefined : user);

    test('a large blob goes up in chunks and comes down as it was', async () => {
      const { blob, source } = await random(9_500_000);
      const to = repository('chunks/a');
      expect(await to.hasBlob(blob.digest)).toBe(false);
      asked.length = 0;
      expect(await uploadBlob(to, source)).toEqual(blob);
      // The first may have been refused for want of a token.
      expect(asked.filter((one) => one.startsWith('P') && !one.endsWith('/token')).slice(-4)).toEqual([
        'POST /v2/chunks/a/blobs/uploads/',
        'PATCH /v2/chunks/a/blobs/uploads/ID',
        'PATCH /v2/chunks/a/blobs/uploads/ID',
        'PUT /v2/chunks/a/blobs/uploads/ID',
      ]);
      expect(await to.hasBlob(blob.digest)).toBe(true);
      expect(await ingest(new MemoryContentStore(), to.blob(blob), blob)).toEqual(blob);
      const rest: Uint8Array[] = [];
      for await (const piece of await to.blobFrom(blob.digest, 9_000_000)) rest.push(piece);
      expect(Buffer.concat(rest)).toHaveLength(500_000);
    });

    test('the registry says how much of an upload it has', async () => {
      const { source } = await random(1000);
      const to = repository('chunks/b');
      const [bytes = new Uint8Array()] = await collect(source());
      const opened = await to.uploadChunk(await to.startUpload(), 0, new Uint8Array(bytes));
      expect((await to.uploadStatus(opened)).offset).toBe(1000);
    });

    test('a blob comes whole though the answer to a chunk is lost', async () => {
      const { blob, source } = await random(9_500_000);
      const to = repository('chunks/c');
      lost = 1;
      expect(await uploadBlob(to, source)).toEqual(blob);
      expect(lost).toBe(0);
      expect(await ingest(new MemoryContentStore(), to.blob(blob), blob)).toEqual(blob);
    });

    test('a blob of another repository is mounted; what is not there is sent', async () => {
      const { blob, source } = await random(1000);
      await uploadBlob(repository('mounts/from'), source);
      const to = repository('mounts/to');
      expect(await to.mountBlob(blob.digest, 'mounts/from')).toEqual({ mounted: true });
      expect(await to.hasBlob(blob.digest)).toBe(true);
      const other = await random(1000);
      const outcome = await to.mountBlob(other.blob.digest, 'mounts/from');
      if (outcome.mounted) throw new Error('a blob that is nowhere was mounted');
      expect(await uploadBlob(to, other.source, { upload: outcome.upload })).toEqual(other.blob);
    });

    test('tags are listed; a manifest is deleted with its tags, a tag alone is refused', async () => {
      const to = repository('tags/a');
      const [one, two] = [await random(100), await random(100)];
      await uploadBlob(to, one.source);
      await uploadBlob(to, two.source);
      const first = await manifest(to, 'v1', [one.blob]);
      expect(await manifest(to, 'same', [one.blob])).toBe(first);
      const second = await manifest(to, 'v2', [two.blob]);
      expect((await collect(to.tags())).sort()).toEqual(['same', 'v1', 'v2']);
      // Only from distribution 3 on may it be a tag.
      await expect(to.deleteManifest('v2')).rejects.toMatchObject({ name: 'RegistryError' });
      await to.deleteManifest(first);
      expect(await to.hasManifest(first)).toBe(false);
      await expect(to.manifest('v1')).rejects.toMatchObject({ kind: 'not-found' });
      expect((await to.manifest('v2')).digest).toBe(second);
      await expect(to.deleteManifest(first)).rejects.toMatchObject({ status: 404 });
    });

    test('a blob is deleted', async () => {
      const to = repository('blobs/a');
      const { blob, source } = await random(100);
      await uploadBlob(to, source);
      await to.deleteBlob(blob.digest);
      expect(await to.hasBlob(blob.digest)).toBe(false);
      await expect(to.deleteBlob(blob.digest)).rejects.toMatchObject({ status: 404 });
    });
  },
);

async function* textOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

/** A blob of random bytes in memory, in pieces of an odd size. */
async function random(size: number): Promise<{ blob: Blob; source: () => AsyncIterable<Uint8Array> }> {
  const store = new MemoryContentStore(99_999);
  const blob = await ingest(store, randomBytes(size));
  return { blob, source: () => contentOf(store, blob.digest) };
}

async function manifest(to: Repository, tag: string, layers: readonly Blob[]): Promise<Digest> {
  const config = await uploadBlob(to, () => textOf('{}'));
  const described = layers.map((layer) => ({ mediaType: mediaTypes.dockerLayerGzip, ...layer }));
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.dockerManifest,
    config: { mediaType: mediaTypes.dockerConfig, ...config },
    layers: described,
  });
  return to.putManifest(tag, mediaTypes.dockerManifest, text);
}
