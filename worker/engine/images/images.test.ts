import { packTar } from 'modern-tar';
import { expect, test } from 'vitest';
import { rawTar } from '../../layers/tarfixture.suite.ts';
import type { ProgressMessage } from '../../protocol/engine-api.ts';
import type { Fixture } from '../fixture.suite.ts';
import { create, drain, failure, makeFixture } from '../fixture.suite.ts';
import { glob } from '../../oci/glob.ts';

async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

interface Saved {
  readonly tar: Uint8Array;
  readonly id: string;
}

/** What `docker save` makes of an image with these layers. */
async function saved(tags: string[], layers: Uint8Array[], more: object = {}): Promise<Saved> {
  const hex = await Promise.all(layers.map(sha256));
  const config = JSON.stringify({
    architecture: '386',
    os: 'linux',
    created: '2026-01-02T00:00:00Z',
    config: { Cmd: ['sh'] },
    rootfs: { type: 'layers', diff_ids: hex.map((digest) => `sha256:${digest}`) },
    ...more,
  });
  const id = await sha256(new TextEncoder().encode(config));
  const paths = hex.map((digest) => `blobs/sha256/${digest}`);
  const manifest = [{ Config: `blobs/sha256/${id}`, RepoTags: tags.length > 0 ? tags : null, Layers: paths }];
  const files: [string, string | Uint8Array][] = [
    ...paths.map((path, i): [string, Uint8Array] => [path, layers[i] as Uint8Array]),
    [`blobs/sha256/${id}`, config],
    ['manifest.json', JSON.stringify(manifest)],
  ];
  const tar = await packTar(files.map(([name, body]) => ({ header: { name, ...sizeOf(body) }, body })));
  return { tar, id: `sha256:${id}` };
}

const sizeOf = (body: string | Uint8Array) => ({
  size: typeof body === 'string' ? new TextEncoder().encode(body).length : body.length,
});

const layer = (content: string) => new Uint8Array(rawTar({ name: content, data: content }));

async function load({ engine }: Fixture, tar: Uint8Array): Promise<ProgressMessage[]> {
  async function* chunks() {
    for (let at = 0; at < tar.length; at += 1000) yield tar.slice(at, at + 1000);
  }
  return drain(await engine.imageLoad(chunks(), { quiet: true }));
}

async function names({ engine }: Fixture): Promise<string[]> {
  return (await engine.imageList()).flatMap(({ RepoTags }) => RepoTags ?? []).sort();
}

test('a saved image is loaded, runs and is gone with its layers', async () => {
  const fixture = await makeFixture();
  const { engine, content } = fixture;
  const before = (await content.list()).length;
  const { tar, id } = await saved(['app:1', 'other/app:2'], [layer('a'), layer('b')]);
  expect(await load(fixture, tar)).toEqual([
    { stream: 'Loaded image: app:1\n' },
    { stream: 'Loaded image: other/app:2\n' },
  ]);
  expect((await content.list()).length).toBe(before + 2);
  await create(engine, { Image: 'app:1' }, 'user');
  await engine.containerDelete('user');
  expect(await engine.imageDelete('app:1')).toEqual([{ Untagged: 'app:1' }]);
  const deleted = await engine.imageDelete('other/app:2');
  expect(deleted.slice(0, 2)).toEqual([{ Untagged: 'other/app:2' }, { Deleted: id }]);
  expect(deleted).toHaveLength(4);
  expect((await content.list()).length).toBe(before);
});

test('an archive with gzip around it and an image without a name', async () => {
  const fixture = await makeFixture();
  const { tar, id } = await saved([], [layer('a')]);
  const packed = new Blob([new Uint8Array(tar)]).stream().pipeThrough(new CompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  expect(await load(fixture, bytes)).toEqual([{ stream: `Loaded image ID: ${id}\n` }]);
  expect(await fixture.engine.imageList({ filters: { dangling: ['true'] } })).toMatchObject([{ Id: id }]);
});

test('a name that moves says so', async () => {
  const fixture = await makeFixture();
  const first = await saved(['app:1'], [layer('a')]);
  await load(fixture, first.tar);
  const messages = await load(fixture, (await saved(['app:1'], [layer('b')])).tar);
  expect(messages[0]?.stream).toBe(
    `The image app:1 already exists, renaming the old one with ID ${first.id} to empty string\n`,
  );
});

test('archives that are none, or lie, leave nothing behind', async () => {
  const fixture = await makeFixture();
  const before = (await fixture.content.list()).length;
  const { tar } = await saved(['app:1'], [layer('a')], {
    rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] },
  });
  expect((await load(fixture, tar))[0]?.error).toMatch(/digest|sha256/);
  expect(
    (await load(fixture, await packTar([{ header: { name: 'x', size: 1 }, body: 'x' }])))[0]?.error,
  ).toBe('invalid archive: it has neither a manifest.json nor an index.json nor repositories');
  expect(
    (await load(fixture, new TextEncoder().encode('no tar at all'.repeat(100))))[0]?.error,
  ).toBeDefined();
  expect((await fixture.content.list()).length).toBe(before);
  expect(await names(fixture)).toEqual(['busybox:latest']);
});

test('tags', async () => {
  const fixture = await makeFixture();
  const { engine } = fixture;
  await engine.imageTag('busybox', { repo: 'localhost:5000/bb', tag: 'v1' });
  await engine.imageTag('busybox', { repo: 'plain' });
  expect(await names(fixture)).toEqual(['busybox:latest', 'localhost:5000/bb:v1', 'plain:latest']);
  expect(await failure(engine.imageTag('busybox', { repo: 'UP' }))).toMatchObject({ status: 400 });
  expect(await failure(engine.imageTag('nosuch', { repo: 'a' }))).toMatchObject({
    status: 404,
    message: 'No such image: nosuch:latest',
  });
});

test('the rules of removal', async () => {
  const fixture = await makeFixture();
  const { engine } = fixture;
  const [image] = await engine.imageList();
  const short = image?.Id.slice(7, 19) ?? '';
  const container = await create(engine);
  const user = container.slice(0, 12);
  expect(await failure(engine.imageDelete('busybox'))).toMatchObject({
    status: 409,
    message: `conflict: unable to remove repository reference "busybox:latest" (must force) - container ${user} is using its referenced image ${short}`,
  });
  expect(await failure(engine.imageDelete(short))).toMatchObject({
    message: `conflict: unable to delete ${short} (must be forced) - image is being used by stopped container ${user}`,
  });
  await engine.imageTag('busybox', { repo: 'second' });
  expect(await engine.imageDelete('second')).toEqual([{ Untagged: 'second:latest' }]);
  await engine.imageTag('busybox', { repo: 'second' });
  await engine.containerDelete(container);
  expect(await failure(engine.imageDelete(short))).toMatchObject({
    message: `conflict: unable to delete ${short} (must be forced) - image is referenced in multiple repositories`,
  });
  const forced = await engine.imageDelete(short, { force: true });
  expect(forced.filter((step) => 'Untagged' in step)).toHaveLength(3);
  expect(await engine.imageList()).toEqual([]);
});

test('a list by name, label and age', async () => {
  const fixture = await makeFixture();
  const { engine } = fixture;
  await load(fixture, (await saved(['foo/bar:1', 'foo/baz:2'], [layer('a')])).tar);
  const found = async (filters: Record<string, string[]>) =>
    (await engine.imageList({ filters })).flatMap(({ RepoTags }) => RepoTags ?? []).sort();
  expect(await found({ reference: ['foo/*'] })).toEqual(['foo/bar:1', 'foo/baz:2']);
  expect(await found({ reference: ['foo/b?r'] })).toEqual(['foo/bar:1']);
  expect(await found({ reference: ['busybox'] })).toEqual(['busybox:latest']);
  expect(await found({ label: ['maker=us'] })).toEqual(['busybox:latest']);
  expect(await found({ since: ['busybox'] })).toEqual(['foo/bar:1', 'foo/baz:2']);
  expect(await found({ before: ['foo/bar:1'] })).toEqual(['busybox:latest']);
  expect(await failure(engine.imageList({ filters: { nosuch: ['x'] } }))).toMatchObject({
    status: 400,
    message: "invalid filter 'nosuch'",
  });
});

test('prune takes the nameless, and with dangling=false all that nobody uses', async () => {
  const fixture = await makeFixture();
  const { engine } = fixture;
  await load(fixture, (await saved([], [layer('a')])).tar);
  const { ImagesDeleted, SpaceReclaimed } = await engine.imagePrune();
  expect(ImagesDeleted).toHaveLength(2);
  expect(SpaceReclaimed).toBe(1);
  await create(engine);
  await load(fixture, (await saved(['app:1'], [layer('a')])).tar);
  await engine.imagePrune({ filters: { dangling: ['false'] } });
  expect(await names(fixture)).toEqual(['busybox:latest']);
});

test('history', async () => {
  const fixture = await makeFixture();
  const history = [
    { created: '2026-01-01T00:00:00Z', created_by: 'ADD rootfs' },
    { created: '2026-01-02T00:00:00Z', created_by: 'CMD ["sh"]', empty_layer: true },
  ];
  const { tar, id } = await saved(['app:1'], [layer('a')], { history });
  await load(fixture, tar);
  expect(await fixture.engine.imageHistory('app:1')).toMatchObject([
    { Id: id, CreatedBy: 'CMD ["sh"]', Size: 0, Tags: ['app:1'] },
    { Id: '<missing>', CreatedBy: 'ADD rootfs', Size: 1, Tags: null },
  ]);
});

test.each([
  ['a*c', 'abc', true],
  ['a*c', 'a/c', false],
  ['[a-c]x', 'bx', true],
  ['[^a]x', 'ax', false],
  ['a\\*', 'a*', true],
  ['a.c', 'abc', false],
  ['[z-a]x', 'bx', false],
  ['[\\-a]x', '-x', true],
  ['[a^]x', '^x', true],
])('glob %s of %s', (pattern, text, expected) => {
  expect(glob(pattern)(text)).toBe(expected);
});

test.each(['a[', '[-a]', '[a-]', '[]a]', '[a--]', 'a\\'])('%s is no glob', (pattern) => {
  expect(() => glob(pattern)).toThrow('syntax error in pattern');
});

test('what happens to images is told, with their labels', async () => {
  const { engine } = await makeFixture();
  const stream = (await engine.events({ filters: { type: ['image'] } }))[Symbol.asyncIterator]();
  await engine.imageTag('busybox', { repo: 'mine', tag: '1' });
  await drain(await engine.imageSave(['mine:1']));
  await engine.imageDelete('mine:1');
  const { Id } = await engine.imageInspect('busybox');
  for (const [Action, name] of [
    ['tag', 'mine:1'],
    ['save', Id],
    ['untag', Id],
  ] as const)
    expect((await stream.next()).value).toMatchObject({
      Action,
      Actor: { ID: Id, Attributes: { maker: 'us', name } },
    });
});

test('what is empty in a configuration is null for who asks, as Go leaves it out', async () => {
  const fixture = await makeFixture();
  const config = { Entrypoint: ['a'], Cmd: [], Env: [], Labels: {}, User: '' };
  await load(fixture, (await saved(['empty'], [layer('a')], { config })).tar);
  expect((await fixture.engine.imageInspect('empty')).Config).toEqual({
    Cmd: null,
    Entrypoint: ['a'],
    Env: null,
    Labels: null,
    OnBuild: null,
    User: '',
    Volumes: null,
    WorkingDir: '',
  });
});

test('a name that no registry can have is good for a local image', async () => {
  const { engine } = await makeFixture();
  await engine.imageTag('busybox', { repo: 'foo_bar.com/x', tag: '1' });
  expect((await engine.imageInspect('foo_bar.com/x:1')).RepoTags).toContain('foo_bar.com/x:1');
  expect(await engine.imageDelete('foo_bar.com/x:1')).toEqual([{ Untagged: 'foo_bar.com/x:1' }]);
});

test('a tag is no digest, and of two tags the one beside the name counts', async () => {
  const { engine } = await makeFixture();
  expect(await failure(engine.imageTag('busybox', { repo: `a@sha256:${'f'.repeat(64)}` }))).toEqual({
    status: 400,
    message: 'cannot import digest reference',
  });
  await engine.imageTag('busybox', { repo: 'a:b', tag: 'c' });
  expect((await engine.imageInspect('busybox')).RepoTags).toEqual(['a:c', 'busybox:latest']);
});
