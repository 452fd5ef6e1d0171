import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { indexTar } from '../../layers/layerindexer.ts';
import { mergedChild, mergedNames, mergedRoot } from '../../layers/mergedlayers.ts';
import { gnuTar, inScratch, rawTar } from '../../layers/tarfixture.suite.ts';
import type { TreeRecord } from '../../protocol/filetree.ts';
import { recordKind, treeRecord } from '../../protocol/filetree.ts';
import { changesOf } from './changes.ts';
import type { WritableFile } from './writablelayer.ts';
import { sizeOfWritable } from './writablelayer.ts';

const time = 1_000_000_000;
const file = (fields: Partial<TreeRecord> = {}): WritableFile => ({
  record: treeRecord(recordKind.entry, { mode: 0o100644, seconds: time, links: 1, ...fields }),
  children: new Map(),
});
const folder = (children: Record<string, WritableFile>, fields: Partial<TreeRecord> = {}): WritableFile => ({
  record: treeRecord(recordKind.entry, { mode: 0o40755, seconds: 5, ...fields }),
  children: new Map(Object.entries(children)),
});
const whiteout = file({ mode: 0o020000 });
const opaque = { attributes: new Map([['trusted.overlay.opaque', new Uint8Array([0x79])]]) };

const lower = mergedRoot([
  indexTar(
    rawTar(
      { name: 'etc/', type: '5', mode: 0o755 },
      { name: 'etc/passwd', data: 'root' },
      { name: 'etc/old', data: '' },
      { name: 'bin/', type: '5', mode: 0o755 },
      { name: 'bin/deep/', type: '5', mode: 0o755 },
      { name: 'bin/deep/sh', data: 'shell' },
      { name: 'gone', data: '' },
    ),
  ),
  indexTar(rawTar({ name: '.wh.gone', data: '' }, { name: 'etc/new', data: 'new' })),
]);

const changes = (children: Record<string, WritableFile>) =>
  changesOf(folder(children), lower).map(({ Kind, Path }) => `${'CAD'[Kind]} ${Path}`);

describe('changes', () => {
  test('added, with what is in them', () => {
    expect(changes({ foo: folder({ bar: file(), baz: folder({}) }) })).toEqual([
      'A /foo',
      'A /foo/bar',
      'A /foo/baz',
    ]);
  });

  test('a changed file changes the directories above it', () => {
    const sh = file({ size: 5, seconds: time + 1 });
    expect(changes({ bin: folder({ deep: folder({ sh }) }) })).toEqual([
      'C /bin',
      'C /bin/deep',
      'C /bin/deep/sh',
    ]);
  });

  test('what was copied up and left as it was is none', () => {
    const passwd = file({ size: 4, nanoseconds: 7 });
    expect(changes({ etc: folder({ passwd }), bin: folder({ deep: folder({}) }) })).toEqual([]);
  });

  test.each<[string, Partial<TreeRecord>]>([
    ['mode', { mode: 0o100600 }],
    ['owner', { uid: 5 }],
    ['group', { gid: 5 }],
    ['time', { seconds: 7 }],
    ['size', { size: 9 }],
    ['capability', { attributes: new Map([['security.capability', new Uint8Array(20)]]) }],
  ])('another %s is one', (_, fields) => {
    expect(changes({ etc: folder({ passwd: file({ size: 4, ...fields }) }) })).toEqual([
      'C /etc',
      'C /etc/passwd',
    ]);
  });

  test('deleted, and deleted before', () => {
    expect(changes({ etc: folder({ passwd: whiteout }), gone: whiteout, bin: whiteout })).toEqual([
      'D /bin',
      'C /etc',
      'D /etc/passwd',
    ]);
    expect(changes({ gone: file() })).toEqual(['A /gone']);
  });

  test('a directory made anew hides what was in it', () => {
    const etc = folder({ passwd: file({ size: 4, seconds: 3 }) }, opaque);
    expect(changes({ etc })).toEqual(['C /etc', 'D /etc/new', 'D /etc/old', 'C /etc/passwd']);
  });

  test('a directory for a file and a file for a directory', () => {
    expect(changes({ etc: file(), bin: folder({ deep: folder({ sh: folder({ x: file() }) }) }) })).toEqual([
      'C /bin',
      'C /bin/deep',
      'C /bin/deep/sh',
      'A /bin/deep/sh/x',
      'C /etc',
    ]);
  });

  test('names of one file count once', () => {
    const twice = { size: 100, links: 2, inode: 7n };
    const root = folder({ a: file(twice), b: folder({ c: file(twice), d: file({ size: 3 }) }) });
    expect(sizeOfWritable(root)).toBe(103);
  });
});

test('layers merge as overlayfs shows them', () =>
  inScratch((dir) => {
    const [below, above] = [join(dir, 'below'), join(dir, 'above')];
    mkdirSync(below);
    mkdirSync(above);
    execFileSync('bash', ['-c', 'mkdir -p a/b c d; touch a/1 a/2 a/b/3 c/4 d/5 e'], { cwd: below });
    execFileSync('bash', ['-c', 'mkdir -p a/b c; touch a/.wh.1 a/6 c/.wh..wh..opq c/7 .wh.d e'], {
      cwd: above,
    });
    const root = mergedRoot([below, above].map((folder) => indexTar(gnuTar(folder))));
    const names = (...path: string[]) => {
      let at = root;
      for (const name of path) at = at && mergedChild(at, name);
      return at && [...mergedNames(at)].sort();
    };
    expect(names()).toEqual(['a', 'c', 'e']);
    expect(names('a')).toEqual(['2', '6', 'b']);
    expect(names('a', 'b')).toEqual(['3']);
    expect(names('c')).toEqual(['7']);
    expect(names('d')).toBeUndefined();
    expect(names('e')).toEqual([]);
  }));
