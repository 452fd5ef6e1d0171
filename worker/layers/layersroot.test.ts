import { describe, expect, test } from 'vitest';
import { memoryReader } from '../content/blobreader.ts';
import { NinepServer } from '../ninep/server.ts';
import { TestClient, expectErrno } from '../ninep/testclient.suite.ts';
import { indexTar } from './layerindexer.ts';
import { LayersRoot } from './layersroot.ts';
import { rawTar } from './tarfixture.suite.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const layer = (...names: string[]) => {
  const tar = rawTar(...names.map((name) => ({ name, data: name })));
  return { index: indexTar(tar), tar: memoryReader(tar) };
};

describe('LayersRoot', () => {
  test('serves layers that come and go while it is mounted', async () => {
    const root = new LayersRoot();
    const client = await TestClient.attached(new NinepServer(() => root).handle9p);
    root.add('sha256-a', layer('one'));
    root.add('sha256-b', layer('two', 'three'));
    expect((await client.readdir([])).map(({ name }) => name)).toEqual(['.', '..', 'sha256-a', 'sha256-b']);
    expect((await client.stat()).nlink).toBe(4);
    expect(text(await client.readFile('sha256-b', 'three'))).toBe('three');
    const open = await client.open('sha256-a', 'one');
    expect(root.remove('sha256-a')).toBe(true);
    expect(root.remove('sha256-a')).toBe(false);
    await expectErrno(client.walk('sha256-a'), 'ENOENT');
    expect(text(await client.read(open))).toBe('one');
  });

  test('numbers inodes over all layers, and the same again after removal', async () => {
    const root = new LayersRoot();
    const client = await TestClient.attached(new NinepServer(() => root).handle9p);
    root.add('a', layer('x', 'y'));
    root.add('b', layer('x', 'y'));
    const paths = () =>
      Promise.all(
        [[], ['a'], ['a', 'x'], ['a', 'y'], ['b'], ['b', 'x'], ['b', 'y']].map(
          async (path) => (await client.stat(...path)).qid.path,
        ),
      );
    const before = await paths();
    expect(new Set(before).size).toBe(7);
    root.remove('a');
    root.add('c', layer('z'));
    root.add('a', layer('x', 'y'));
    expect(await paths()).toEqual(before);
  });

  test('refuses names that are taken or none', () => {
    const root = new LayersRoot();
    root.add('a', layer('x'));
    expect(() => root.add('a', layer('x'))).toThrow('already served');
    for (const name of ['', '.', '..', 'a/b', 'a:b', 'a\0', 'x'.repeat(256)]) {
      expect(() => root.add(name, layer('x'))).toThrow('cannot name a layer');
    }
  });
});
