import { expect, test } from 'vitest';
import { rawTar } from '../../layers/tarfixture.suite.ts';
import { drain, makeFixture } from '../fixture.suite.ts';

const layers = ['a', 'b'].map((name) => new Uint8Array(rawTar({ name, data: name.repeat(100) })));
const refusal =
  /^no space left on device: app:1 needs more than (\d+)B, and there is room for 10B; remove images \(docker image prune -a\) or free space on the disk$/;

async function fixtureWithRoom(room: number) {
  const fixture = await makeFixture();
  await fixture.registry.add({ name: 'docker.io/library/app:1', layers });
  fixture.content.room = async () => room;
  const pull = async (name: string) =>
    (await drain(await fixture.engine.imageCreate({ fromImage: name, tag: '1' }))).at(-1);
  return { ...fixture, pull };
}

test('an image that cannot fit is refused with both figures, and none of its layers is asked for', async () => {
  const { pull, registry, content, engine } = await fixtureWithRoom(10);
  const before = await content.list();
  registry.requests.length = 0;
  expect(await pull('app')).toMatchObject({ error: expect.stringMatching(refusal) as string });
  // The image's index, its manifest and its config.
  expect(registry.requests.filter((path) => path.startsWith('blobs/'))).toHaveLength(3);
  expect(await content.list()).toEqual(before);
  expect(await engine.imageList()).toHaveLength(1);
});

test('what just fits is tried, and what is here takes no room', async () => {
  const { pull, registry, content } = await fixtureWithRoom(10);
  const needed = Number(refusal.exec((await pull('app'))?.error ?? '')?.[1]);
  content.room = async () => needed;
  expect(await pull('app')).toMatchObject({ status: 'Status: Downloaded newer image for app:1' });
  await registry.add({ name: 'docker.io/library/other:1', layers, config: { Cmd: ['a'] } });
  content.room = async () => 0;
  expect(await pull('other')).toMatchObject({ status: 'Status: Downloaded newer image for other:1' });
});
