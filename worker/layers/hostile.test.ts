import { describe, expect, test } from 'vitest';
import { indexTar } from './layerindexer.ts';
import { paxData, rawTar, seenInLayer, serve } from './tarfixture.suite.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('whiteouts', () => {
  test('hide a name by a device 0/0', async () => {
    const client = await serve(rawTar({ name: 'dir/', type: '5' }, { name: 'dir/.wh.gone' }));
    expect(await client.stat('dir', 'gone')).toMatchObject({ mode: 0o020000, rdev: 0, nlink: 1 });
    expect((await client.readdir(['dir'])).map(({ name }) => name)).toEqual(['.', '..', 'gone']);
  });

  test.each([
    ['before', ['dir/.wh..wh..opq', 'dir/file']],
    ['after', ['dir/file', 'dir/.wh..wh..opq']],
  ])('make a directory opaque, %s its files', async (_, names) => {
    const client = await serve(rawTar(...names.map((name) => ({ name })), { name: 'dir/', type: '5' }));
    expect(text((await client.xattrs('dir'))['trusted.overlay.opaque'] ?? new Uint8Array())).toBe('y');
    expect((await client.readdir(['dir'])).map(({ name }) => name)).toEqual(['.', '..', 'file']);
  });

  test('make a directory of the same layer opaque and leave its files alone', async () => {
    for (const order of [
      ['.wh.d', 'd/x', '.wh.f', 'f'],
      ['d/x', '.wh.d', 'f', '.wh.f'],
    ]) {
      const client = await serve(rawTar(...order.map((name) => ({ name }))));
      expect(Object.keys(await client.xattrs('d'))).toEqual(['trusted.overlay.opaque']);
      expect((await client.stat('f')).mode).toBe(0o100644);
    }
  });

  test('of AUFS are skipped, of nothing refused', async () => {
    const client = await serve(
      rawTar({ name: '.wh..wh.plnk/a', data: 'x' }, { name: '.wh..wh.aufs' }, { name: 'a' }),
    );
    expect((await client.readdir([])).map(({ name }) => name)).toEqual(['.', '..', 'a']);
    for (const name of ['.wh.', 'a/.wh...', '.wh...'])
      expect(() => indexTar(rawTar({ name }))).toThrow('whiteout of nothing');
  });
});

const paths = (...names: string[]) => seenInLayer(rawTar(...names.map((name) => ({ name, data: name }))));

describe('hostile names', () => {
  test('stay inside', async () => {
    const seen = await paths('../a', '/b', '../../c/../d', './/e//f', 'g/../../h');
    expect(Object.keys(seen).sort()).toEqual(['.', './a', './b', './d', './e', './e/f', './h']);
  });

  test('of parents are made', async () => {
    const seen = await paths('a/b/c');
    expect(seen['./a/b']).toMatchObject({ mode: '40755', owner: '0:0', nlink: 2 });
    expect(seen['./a']?.nlink).toBe(3);
  });

  test('through symbolic links stay inside', async () => {
    const client = await serve(
      rawTar(
        { name: 'usr/bin/', type: '5' },
        { name: 'bin', type: '2', link: 'usr/bin' },
        { name: 'bin/sh', data: 'sh' },
        { name: 'out', type: '2', link: '../../../outside' },
        { name: 'out/x', data: 'x' },
        { name: 'abs', type: '2', link: '/usr' },
        { name: 'abs/y', data: 'y' },
      ),
    );
    expect(text(await client.readFile('usr', 'bin', 'sh'))).toBe('sh');
    expect(text(await client.readFile('outside', 'x'))).toBe('x');
    expect(text(await client.readFile('usr', 'y'))).toBe('y');
    expect(await client.readlink('out')).toBe('../../../outside');
  });

  test.each([
    ['a loop of links', [{ name: 'a', type: '2', link: 'a' }, { name: 'a/b' }], 'symbolic links'],
    ['a file as a parent', [{ name: 'a' }, { name: 'a/b' }], 'a parent that is no directory'],
    ['a hard link outside', [{ name: 'a', type: '1', link: '../../etc/passwd' }], 'not in the layer'],
    [
      'a hard link to a directory',
      [
        { name: 'd/', type: '5' },
        { name: 'a', type: '1', link: 'd' },
      ],
      'to the directory',
    ],
    ['a link to nothing', [{ name: 'a', type: '2' }], 'a symbolic link to nothing'],
    [
      'a link longer than paths can be',
      [
        { name: 'x', type: 'x', data: paxData({ linkpath: 'y'.repeat(4096) }) },
        { name: 'a', type: '2' },
      ],
      'a name too long',
    ],
    ['a root that is a file', [{ name: './' }], 'a root that is no directory'],
    ['an unknown type', [{ name: 'a', type: 'Q' }], 'unhandled tar header type 81'],
    [
      'a name too long',
      [{ name: 'x', type: 'x', data: paxData({ path: 'y'.repeat(256) }) }, { name: 'a' }],
      'too long',
    ],
    [
      'a NUL',
      [{ name: 'x', type: 'x', data: paxData({ path: 'a\0b' }) }, { name: 'a' }],
      'invalid tar header',
    ],
    ['a PAX header too large', [{ name: 'x', type: 'x', size: 1 << 21 }], 'invalid tar header'],
    ['a PAX record cut short', [{ name: 'x', type: 'x', data: '99 path=a\n' }], 'invalid tar header'],
    ['a missing end', [{ name: 'a', size: 10_000 }], 'unexpected EOF'],
  ])('%s is refused', (_, entries, message) => {
    expect(() => indexTar(rawTar(...entries))).toThrow(message);
  });

  test('of 4 kB are kept', async () => {
    const path = Array.from({ length: 20 }, (_, i) => String(i % 10).repeat(200)).join('/');
    for (const entry of [
      [
        { name: 'x', type: 'x', data: paxData({ path }) },
        { name: 'a', data: 'deep' },
      ],
      [
        { name: '././@LongLink', type: 'L', data: `${path}\0` },
        { name: 'a', data: 'deep' },
      ],
    ]) {
      const index = indexTar(rawTar(...entry));
      expect(index.find(path.split('/'))).toBeDefined();
    }
  });

  test('that are no UTF-8 come back byte for byte', async () => {
    const client = await serve(rawTar({ name: 'caf\u{dce9}', data: 'x' }));
    expect(text(await client.readFile('caf\u{dce9}'))).toBe('x');
    expect((await client.readdir([])).at(-1)?.name).toBe('caf\u{dce9}');
  });
});
