import { expect, test } from 'vitest';
import { parseDiffId } from '../../oci/diffid.ts';
import { create, failure, makeFixture } from '../fixture.suite.ts';
import type { Image } from '../images/image.ts';
import { layerUse } from '../images/layeruse.ts';

test('what is on the disk, by type', async () => {
  const { engine } = await makeFixture();
  const id = await create(engine, {}, 'web');
  const [image] = await engine.imageList();
  const usage = await engine.diskUsage(['container', 'image', 'build-cache']);
  expect(usage).toEqual({
    LayersSize: image?.Size,
    Images: [{ ...image, Containers: 1, SharedSize: 0 }],
    Containers: [expect.objectContaining({ Id: id, SizeRootFs: image?.Size }) as object],
    Volumes: null,
    BuildCache: [],
  });
  expect(await engine.diskUsage(['build-cache'])).toEqual({
    LayersSize: 0,
    Images: null,
    Containers: null,
    Volumes: null,
    BuildCache: [],
  });
});

test('layers that several images have count once', async () => {
  const [base, one, two] = ['a', 'b', 'c'].map((digit) => parseDiffId(`sha256:${digit.repeat(64)}`));
  const sizes = new Map([
    [base, 100],
    [one, 20],
    [two, 3],
  ]);
  const images = [
    { id: 'x', layers: [base, one] },
    { id: 'y', layers: [base, two] },
    { id: 'z', layers: [] },
  ] as unknown as Image[];
  const { total, shared } = await layerUse(images, (layer) => Promise.resolve(sizes.get(layer)));
  expect(total).toBe(123);
  expect([...shared.values()]).toEqual([100, 100, 0]);
});

test('info has what clients and their tests look for', async () => {
  const { engine } = await makeFixture();
  const info = await engine.info();
  expect(info).toMatchObject({
    CPUShares: true,
    CPUSet: false,
    OomKillDisable: false,
    NEventsListener: 0,
    RegistryConfig: { IndexConfigs: { 'docker.io': { Official: true } } },
    Swarm: { LocalNodeState: 'inactive', RemoteManagers: null },
    Plugins: { Authorization: null },
  });
  expect(info.Warnings).toContain('WARNING: No cpuset support');
  const stream = (await engine.events())[Symbol.asyncIterator]();
  expect((await engine.info()).NEventsListener).toBe(1);
  await stream.return?.();
});

test('nobody is told to be logged in by an engine that reaches no registry', async () => {
  const { engine } = await makeFixture();
  const { status, message } = await failure(
    engine.auth({ username: 'a', password: 'b', serveraddress: 'localhost:5000' }),
  );
  expect([status, message]).toEqual([503, 'this engine reaches no registry']);
});
