import { packTar } from 'modern-tar';
import { expect, test } from 'vitest';
import type { ProgressMessage } from '../../protocol/engine-api.ts';
import type { Fixture } from '../fixture.suite.ts';
import { drain, makeFixture } from '../fixture.suite.ts';

const base = 'a'.repeat(64);
const middle = 'b'.repeat(64);
const top = 'c'.repeat(64);

/** Read member by member: what Docker does not know is dropped. */
const old = {
  created: '2013-06-13T14:03:50.821769-07:00',
  container_config: { Hostname: '', Cmd: null, Unknown: true },
  docker_version: '1.4.1',
  author: 'A <a@example.org>',
  architecture: 'x86_64',
  unknown: 1,
};

const documents = {
  [base]: { id: base, comment: 'Imported from -', ...old, layer_id: 'sha256:1' },
  [middle]: {
    ...old,
    id: middle,
    parent: base,
    container_config: { Cmd: ['/bin/sh', '-c', '#(nop) MAINTAINER a & b'], ExposedPorts: null },
    config: { Cmd: ['/hello'], Env: ['B=1', 'A=2'], Labels: { z: '1', a: '<2>' } },
    os: 'linux',
    Size: 5,
    parent_id: 'sha256:2',
  },
  [top]: {
    id: top,
    parent: middle,
    created: '2015-10-13T23:47:48.954129267Z',
    docker_version: '1.10.1',
    config: { Cmd: ['/top'], Kept: 'as it is' },
    container_config: { Cmd: ['/bin/sh', '-c', '#(nop) CMD ["/top"]'] },
    os: 'linux',
    throwaway: true,
  },
};

const layers = { [base]: new Uint8Array(512), [middle]: new Uint8Array(0) };

async function archive(
  names: object = { 'old/one': { '1': base, two: middle }, 'old/top': { latest: top } },
  all: Readonly<Record<string, object>> = documents,
): Promise<Uint8Array> {
  const topLayer = await packTar([{ header: { name: 'hello', size: 3, mtime: new Date(0) }, body: 'hi\n' }]);
  const files = Object.entries(all).flatMap(([id, document]) => [
    [`${id}/VERSION`, '1.0'] as const,
    [`${id}/json`, JSON.stringify(document)] as const,
    [`${id}/layer.tar`, layers[id] ?? topLayer] as const,
  ]);
  // The children come first.
  const entries = [...files.toReversed(), ['repositories', JSON.stringify(names)] as const];
  return packTar(
    entries.map(([name, body]) => ({ header: { name, size: body.length, mtime: new Date(0) }, body })),
  );
}

async function load({ engine }: Fixture, tar: Uint8Array): Promise<ProgressMessage[]> {
  const once = async function* () {
    yield tar;
  };
  return drain(await engine.imageLoad(once(), { quiet: true }));
}

/** IDs and histories are what Docker Engine 28.5.2 makes of the same archive. */
test('an archive of Docker before 1.10 gives the images that Docker makes of it', async () => {
  const fixture = await makeFixture();
  expect(await load(fixture, await archive())).toEqual([]);
  const shown = await Promise.all(
    ['old/one:1', 'old/one:two', 'old/top:latest'].map((name) => fixture.engine.imageInspect(name)),
  );
  expect(shown.map(({ Id }) => Id)).toEqual([
    'sha256:cb263b9af7b9eefa01d5fac5af9927792afae23582c7cffb44de054d3031163c',
    'sha256:44ea9b411084b86e1f35d1d71c3b84e6a135d542d214d29df9e59402bc2d6e82',
    'sha256:55fcdc7e537054eee91170752bf473df4a74cab85903c573a911d69b525e8a29',
  ]);
  expect(shown.map(({ Parent }) => Parent)).toEqual(['', shown[0]?.Id, shown[1]?.Id]);
  expect(shown[2]).toMatchObject({ Config: { Cmd: ['/top'] }, Size: 3, RootFS: { Layers: [{}, {}, {}] } });
  const history = await fixture.engine.imageHistory('old/top', {});
  expect(history.map(({ CreatedBy }) => CreatedBy)).toEqual([
    '/bin/sh -c #(nop) CMD ["/top"]',
    '/bin/sh -c #(nop) MAINTAINER a & b',
    '',
  ]);
});

test('of a name that another image had it is told, and of what is wrong with an archive, too', async () => {
  const fixture = await makeFixture();
  const before = (await fixture.engine.imageInspect('busybox')).Id;
  expect(await load(fixture, await archive({ busybox: { latest: base } }))).toEqual([
    {
      stream: `The image busybox:latest already exists, renaming the old one with ID ${before} to empty string\n`,
    },
  ]);
  const errorOf = async (tar: Uint8Array) => (await load(fixture, tar))[0]?.error;
  expect(await errorOf(await archive({ 'old/none': { '1': 'd'.repeat(64) } }))).toBe(
    `invalid target ID: ${'d'.repeat(64)}`,
  );
  const windows = { ...documents[top], os: 'windows' };
  expect(await errorOf(await archive({}, { ...documents, [top]: windows }))).toBe(
    'cannot load windows image on linux',
  );
  const circle = { ...documents[middle], parent: top };
  expect(await errorOf(await archive({}, { ...documents, [middle]: circle }))).toMatch('is its own parent');
  expect(await errorOf(await archive({}, { [top]: documents[top]! }))).toMatch(
    `${middle}/json: no such file`,
  );
});

test('which image was made from which is saved with them, and loaded', async () => {
  const fixture = await makeFixture();
  const { engine } = fixture;
  await load(fixture, await archive({ 'old/one': { '1': base, two: middle } }, { ...documents }));
  const [low, high] = await Promise.all(
    ['old/one:1', 'old/one:two'].map((name) => engine.imageInspect(name)),
  );
  const saved = Buffer.concat(await drain(await engine.imageSave(['old/one:1', 'old/one:two'])));
  const alone = Buffer.concat(await drain(await engine.imageSave(['old/one:two'])));
  for (const { Id } of await engine.imageList({ all: true }))
    await engine.imageDelete(Id, { force: true }).catch(() => []);
  await load(fixture, alone);
  expect((await engine.imageInspect('old/one:two')).Parent).toBe('');
  await load(fixture, saved);
  expect(await engine.imageInspect('old/one:two')).toMatchObject({ Id: high?.Id, Parent: low?.Id });
});
