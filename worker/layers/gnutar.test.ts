import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LayerIndexer, indexTar } from './layerindexer.ts';
import { gnuTar, inScratch, paxData, rawTar, seenInLayer, seenOnDisk, serve } from './tarfixture.suite.ts';

/** A tree with a bit of everything an unprivileged user can make. */
function makeTree(dir: string): void {
  const deep = join(dir, 'd'.repeat(60), 'e'.repeat(60), 'f'.repeat(60));
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, 'deep'), 'deep');
  writeFileSync(join(dir, 'n'.repeat(200)), 'long name');
  writeFileSync(join(dir, 'naïve – 名前'), 'unicode');
  writeFileSync(join(dir, 'block'), new Uint8Array(512).fill(1));
  writeFileSync(
    join(dir, 'big'),
    Uint8Array.from({ length: 70_001 }, (_, i) => i % 253),
  );
  symlinkSync('t'.repeat(180), join(dir, 'long link'));
  symlinkSync('/etc/passwd', join(dir, 'absolute'));
  linkSync(join(dir, 'big'), join(deep, 'hard'));
  linkSync(join(dir, 'big'), join(dir, 'hard'));
  chmodSync(join(dir, 'block'), 0o4751);
  mkdirSync(join(dir, 'sticky'));
  chmodSync(join(dir, 'sticky'), 0o1777);
  execFileSync('mkfifo', [join(dir, 'fifo')]);
}

/** Formats before PAX know whole seconds only. */
function wholeSeconds(dir: string): void {
  const paths = execFileSync('find', [dir, '-depth', '-print0']).toString().split('\0').slice(0, -1);
  paths.forEach((path, i) => lutimesSync(path, 1_000_000_000 + i, 1_000_000_000 + i));
}

describe('what GNU tar writes is what the layer shows', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'bottleship-layers-'));
    makeTree(dir);
    utimesSync(join(dir, 'big'), 1_500_000_000.25, 1_500_000_000.25);
    lutimesSync(join(dir, 'absolute'), -1.5, -1.5);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  test('pax, to the nanosecond and before 1970', async () => {
    expect(await seenInLayer(gnuTar(dir, '--format=pax'))).toEqual(seenOnDisk(dir));
  });

  test.each(['gnu', 'ustar', 'oldgnu'])('%s', async (format) => {
    wholeSeconds(dir);
    const tooLong = format === 'ustar' ? ['--exclude=n*', '--exclude=long*', '--exclude=d*'] : [];
    const seen = await seenInLayer(gnuTar(dir, `--format=${format}`, ...tooLong));
    const disk = seenOnDisk(dir);
    for (const [path, file] of Object.entries(seen)) {
      const links = format === 'ustar' ? { nlink: file.nlink } : {};
      expect({ path, ...file }).toEqual({ path, ...disk[path], ...links });
    }
    if (format !== 'ustar') expect(Object.keys(seen).sort()).toEqual(Object.keys(disk).sort());
  });

  test('large owners, in base 256 and in PAX', async () => {
    for (const format of ['gnu', 'pax']) {
      const tar = gnuTar(dir, `--format=${format}`, '--owner=3000000000', '--group=3000000001');
      expect(await (await serve(tar)).stat('big')).toMatchObject({ uid: 3_000_000_000, gid: 3_000_000_001 });
    }
  });

  test('the same in chunks of any size', () => {
    const tar = gnuTar(dir, '--format=pax');
    const whole = indexTar(tar).data;
    for (const size of [1, 7, 511, 512, 513, 10_000]) {
      const indexer = new LayerIndexer();
      for (let at = 0; at < tar.length; at += size) indexer.write(tar.subarray(at, at + size));
      const { nodes, inodes, arena } = indexer.finish().data;
      expect({ nodes, inodes, arena }).toEqual({
        nodes: whole.nodes,
        inodes: whole.inodes,
        arena: whole.arena,
      });
    }
  });
});

describe('sparse files', () => {
  const formats = [
    ['--format=gnu'],
    ['--format=pax', '--sparse-version=0.0'],
    ['--format=pax', '--sparse-version=0.1'],
    ['--format=pax', '--sparse-version=1.0'],
  ];

  test.each(formats)('%s %s', async (...options) => {
    await inScratch(async (dir) => {
      for (const [name, holes] of [
        ['few', 3],
        ['none', 0],
        ['many', 60],
      ] as const) {
        const fd = openSync(join(dir, name), 'w');
        for (let i = 0; i < holes; i++) writeSync(fd, `data ${i} `.repeat(700), i * 65_536 + 8192);
        truncateSync(join(dir, name), 65_536 * 61);
      }
      wholeSeconds(dir);
      const tar = gnuTar(dir, '--sparse', ...options);
      expect(tar.length).toBeLessThan(2_000_000);
      expect(await seenInLayer(tar)).toEqual(seenOnDisk(dir));
      expect((await (await serve(tar)).stat('none')).blocks).toBe(0);
    });
  });
});

describe('extended attributes', () => {
  const setter = spawnSync('python3', ['-c', 'import os; os.setxattr']).status === 0;

  test.skipIf(!setter)('as tar --xattrs writes them (skipped without python3)', async () => {
    await inScratch(async (dir) => {
      writeFileSync(join(dir, 'ping'), '');
      const script = 'import os,sys; os.setxattr(sys.argv[1], "user.b", b"a\\0=\\n\\xff")';
      if (spawnSync('python3', ['-c', script, join(dir, 'ping')]).status !== 0) return;
      const client = await serve(gnuTar(dir, '--format=pax', '--xattrs', '--xattrs-include=*'));
      const { 'user.b': value } = await client.xattrs('ping');
      expect([...(value ?? [])]).toEqual([0x61, 0, 0x3d, 0x0a, 0xff]);
    });
  });

  test('capabilities pass, overlayfs’s own do not', async () => {
    const capability = new Uint8Array([1, 0, 0, 2, 0, 0x20, ...new Uint8Array(14)]);
    const records = paxData({
      'SCHILY.xattr.security.capability': capability,
      'SCHILY.xattr.trusted.overlay.redirect': '/etc',
      'SCHILY.xattr.user.empty': '',
    });
    const client = await serve(rawTar({ name: 'x', type: 'x', data: records }, { name: 'ping' }));
    expect(await client.xattrs('ping')).toEqual({
      'security.capability': capability,
      'user.empty': new Uint8Array(),
    });
  });
});
