import { describe, expect, test } from 'vitest';
import { encodeDevice } from '../ninep/file.ts';
import { expectErrno } from '../ninep/testclient.suite.ts';
import { LayerIndex } from './layerindex.ts';
import { indexTar } from './layerindexer.ts';
import { paxData, rawTar, serve } from './tarfixture.suite.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('what comes twice', () => {
  test('is what came last', async () => {
    const client = await serve(
      rawTar(
        { name: 'a', data: 'first' },
        { name: 'a', data: 'second' },
        { name: 'd/x', data: 'x' },
        { name: 'd', data: 'a file now' },
        { name: 'e', data: 'file' },
        { name: 'e/', type: '5', mode: 0o700 },
        { name: 'e/y' },
        { name: 'e/', type: '5', mode: 0o711 },
        { name: 'h', data: 'h' },
        { name: 'i', type: '1', link: 'h' },
        { name: 'h', data: 'other' },
      ),
    );
    expect(text(await client.readFile('a'))).toBe('second');
    expect(text(await client.readFile('d'))).toBe('a file now');
    await expectErrno(client.walk('d', 'x'), 'ENOENT');
    expect(await client.stat('e')).toMatchObject({ mode: 0o040711, nlink: 2 });
    expect((await client.readdir(['e'])).map(({ name }) => name)).toEqual(['.', '..', 'y']);
    expect(text(await client.readFile('i'))).toBe('h');
    expect((await client.stat('i')).nlink).toBe(1);
    expect((await client.stat()).nlink).toBe(3);
  });

  test('hard links share an inode', async () => {
    const client = await serve(rawTar({ name: 'a', data: 'x' }, { name: 'b', type: '1', link: './a' }));
    const [a, b] = [await client.stat('a'), await client.stat('b')];
    expect(b).toEqual(a);
    expect(a.nlink).toBe(2);
  });
});

test('devices keep their numbers', async () => {
  const client = await serve(
    rawTar(
      { name: 'null', type: '3', dev: [1, 3] },
      { name: 'sda', type: '4', dev: [8, 300] },
      { name: 'p', type: '6' },
    ),
  );
  expect(await client.stat('null')).toMatchObject({ mode: 0o020644, rdev: encodeDevice(1, 3) });
  expect(await client.stat('sda')).toMatchObject({
    mode: 0o060644,
    rdev: (8 << 8) | (300 & 0xff) | (0x100 << 12),
  });
  expect(await client.stat('p')).toMatchObject({ mode: 0o010644, size: 0 });
});

test('local PAX headers hold for the next entry, global ones for none, as in Docker', async () => {
  const client = await serve(
    rawTar(
      { name: 'g', type: 'g', data: paxData({ uid: '7', comment: 'x' }) },
      { name: 'a' },
      { name: 'x', type: 'x', data: paxData({ uid: '8', mtime: '-1.25' }) },
      { name: 'b' },
      { name: 'c' },
    ),
  );
  expect((await client.stat('a')).uid).toBe(0);
  expect(await client.stat('b')).toMatchObject({ uid: 8 });
  expect((await client.stat('c')).uid).toBe(0);
});

test('an index survives being stored', async () => {
  const tar = rawTar({ name: 'a', data: 'x' });
  const data = structuredClone(indexTar(tar).data);
  expect(new LayerIndex(data).find(['a'])).toBe(1);
});
