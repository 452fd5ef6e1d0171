import { describe, expect, test } from 'vitest';
import { mediaTypes } from '../../oci/mediatype.ts';
import { parseReference } from '../../oci/reference.ts';
import { Registries } from '../../registry/registries.ts';
import { failure, makeFixture } from '../fixture.suite.ts';
import { machinePlatform } from './platform.ts';
import { RegistryImages } from './registrysource.ts';

type Answer = () => Response;

const document = (mediaType: string, value: object) => () =>
  Response.json(value, { headers: { 'content-type': mediaType } });
const refusal = (status: number, code: string, message: string) => () =>
  Response.json({ errors: [{ code, message }] }, { status });

function registryThat(answer: Answer): Registries {
  return new Registries({ fetch: async () => answer(), sleep: async () => undefined });
}

function resolve(name: string, answer: Answer): Promise<unknown> {
  return new RegistryImages(registryThat(answer)).resolve(parseReference(name), machinePlatform);
}

const digest = `sha256:${'0'.repeat(64)}`;
const entry = (architecture: string, os = 'linux') => ({
  mediaType: mediaTypes.ociManifest,
  digest,
  size: 2,
  platform: { architecture, os },
});

describe('a name that cannot be had', () => {
  test.each([
    [
      'other platforms, attestations apart',
      document(mediaTypes.ociIndex, {
        schemaVersion: 2,
        manifests: [entry('amd64'), entry('unknown', 'unknown'), entry('arm64')],
      }),
      /^no matching manifest for linux\/386 in the manifest list entries: .*linux\/amd64, linux\/arm64, and this machine runs linux\/386 only$/,
    ],
    [
      'the first schema',
      document('application/vnd.docker.distribution.manifest.v1+prettyjws', { schemaVersion: 1 }),
      /^\[DEPRECATION NOTICE\] .* Suggest the author of example\.org\/a:1 to upgrade/,
    ],
    ['a page for people', () => new Response('<html>'), /^the registry did not answer with a manifest$/],
    [
      'no such tag',
      refusal(404, 'MANIFEST_UNKNOWN', 'manifest unknown'),
      /^manifest for example\.org\/a:1 not found: manifest unknown: manifest unknown$/,
    ],
    [
      'no such repository',
      refusal(404, 'NAME_UNKNOWN', 'repository name not known to registry'),
      /^repository example\.org\/a not found: name unknown: repository name not known to registry$/,
    ],
    [
      'no access',
      refusal(403, 'DENIED', 'requested access to the resource is denied'),
      /^pull access denied for example\.org\/a, repository does not exist or may require 'docker login': denied: /,
    ],
    [
      'its limits',
      refusal(429, 'TOOMANYREQUESTS', 'You have reached your limit.'),
      /^toomanyrequests: You have/,
    ],
  ])('%s', async (_, answer, text) => {
    await expect(resolve('example.org/a:1', answer)).rejects.toThrow(text);
  });
});

describe('searching', () => {
  const results = [
    {
      name: 'busybox',
      description: 'Busybox base image.',
      star_count: 3000,
      is_official: true,
      is_automated: false,
    },
    { name: 'someone/busybox', star_count: 2 },
    { name: 7, description: null, star_count: 'x' },
  ];
  const asked: string[] = [];
  const hub = new Registries({
    fetch: async (url) => {
      asked.push(url);
      return Response.json({ results });
    },
  });
  const unreachable = new Registries({ fetch: () => Promise.reject(new TypeError('fetch failed')) });

  test('asks Docker Hub, and trusts none of its types', async () => {
    const { engine } = await makeFixture({ registries: hub });
    expect(await engine.imageSearch({ term: 'busybox', limit: 5 })).toEqual([
      results[0],
      { name: 'someone/busybox', description: '', star_count: 2, is_official: false, is_automated: false },
      { name: '', description: '', star_count: 0, is_official: false, is_automated: false },
    ]);
    expect(asked).toEqual(['https://index.docker.io/v1/search?q=busybox&n=5']);
  });

  test('filters', async () => {
    const { engine } = await makeFixture({ registries: hub });
    const names = async (filters: Record<string, string[]>) =>
      (await engine.imageSearch({ term: 'busybox', filters })).map(({ name }) => name);
    expect(await names({ 'is-official': ['true'] })).toEqual(['busybox']);
    expect(await names({ 'is-official': ['0'], stars: ['1'] })).toEqual(['someone/busybox']);
    expect(await names({ 'is-automated': ['1'] })).toEqual([]);
  });

  test('finds what comes with the page where Docker Hub is out of reach, and else says so', async () => {
    const { engine } = await makeFixture({ registries: unreachable });
    expect((await engine.imageSearch({ term: 'busy' })).map(({ name }) => name)).toEqual(['busybox']);
    expect(await failure(engine.imageSearch({ term: 'nginx' }))).toEqual({
      status: 500,
      message: 'searching docker.io: fetch failed',
    });
  });

  test.each([
    [
      refusal(502, 'RELAY', 'index.docker.io: not found'),
      'searching docker.io: relay: index.docker.io: not found',
    ],
    [() => new Response('<h1>Sorry</h1>', { status: 502 }), 'Unexpected status code 502'],
  ])(
    'a refusal of the relay is told whole, a page of the registry by its status',
    async (answer, message) => {
      const { engine } = await makeFixture({ registries: registryThat(answer) });
      expect(await failure(engine.imageSearch({ term: 'nginx' }))).toEqual({ status: 500, message });
    },
  );
});

describe('a push', () => {
  test('that ends in the middle is a message, with what was wrong', async () => {
    const { engine } = await makeFixture({
      registries: registryThat(refusal(403, 'DENIED', 'requested access to the resource is denied')),
    });
    const messages = [];
    for await (const message of await engine.imagePush('busybox', { tag: 'latest' })) messages.push(message);
    expect(messages[0]).toEqual({ status: 'The push refers to repository [docker.io/library/busybox]' });
    expect(messages.at(-1)).toEqual({
      errorDetail: { message: 'denied: requested access to the resource is denied' },
      error: 'denied: requested access to the resource is denied',
    });
  });

  test('is aborted when nobody reads its messages any more', async () => {
    let asked = 0;
    const registries = new Registries({
      fetch: (_, init) => {
        asked += 1;
        return new Promise((_resolve, reject) => {
          const stop = () => reject(new Error('aborted'));
          if (init?.signal) init.signal.addEventListener('abort', stop);
          else setTimeout(stop, 10);
        });
      },
    });
    const { engine } = await makeFixture({ registries });
    const messages = (await engine.imagePush('busybox', { tag: 'latest' }))[Symbol.asyncIterator]();
    await messages.next();
    await messages.return?.();
    expect(asked).toBeLessThan(3);
  });

  test.each([
    ['a digest', 'busybox@' + digest, undefined, 'cannot push a digest reference'],
    ['a tag that is none', 'busybox', 'a b', 'invalid tag format'],
    [
      'a name that is none',
      'BUSY',
      'x',
      'invalid reference format: repository name (library/BUSY) must be lowercase',
    ],
  ])('%s', async (_, name, tag, message) => {
    const { engine } = await makeFixture({ registries: registryThat(() => new Response()) });
    const push = engine.imagePush(name, tag === undefined ? {} : { tag });
    expect(await failure(push)).toEqual({ status: 400, message });
  });
});
