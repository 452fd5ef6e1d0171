/** Layers that no builder makes: each by a name, its layers from the lowest. */
import { sha256 } from './seen.ts';
import { paxData, type RawEntry, rawTar } from '../../../worker/layers/tarfixture.suite.ts';
const f = (name: string, data = name): RawEntry => ({ name, data });
const d = (name: string): RawEntry => ({ name, type: '5', mode: 0o755 });
const l = (name: string, link: string): RawEntry => ({ name, type: '2', link, mode: 0o777 });
const h = (name: string, link: string): RawEntry => ({ name, type: '1', link });
const p = (records: Record<string, string>): RawEntry => ({ name: 'pax', type: 'x', data: paxData(records) });
const w = (name: string): RawEntry => ({ name });
const deep = Array.from({ length: 20 }, (_, i) => String(i % 10).repeat(200)).join('/');
export const cases: Record<string, RawEntry[][]> = {
  dotdot: [[f('../a'), f('d/../../b'), f('../../etc/c')]],
  absolute: [[f('/abs'), f('//abs2'), f('/d/abs3')]],
  'dot names': [[f('./x'), f('.//y'), f('d/./z'), d('./'), d('e/.')]],
  'symlink parent outside': [[l('out', '../../../../tmp'), f('out/x')]],
  'symlink parent absolute': [[l('abs', '/tmp'), d('tmp/'), f('abs/x')]],
  'symlink parent in lower layer': [[d('real/'), l('ln', 'real')], [f('ln/x')]],
  'symlink parent dangling': [[l('ln', 'nowhere')], [f('ln/x')]],
  'symlink parent absolute in lower': [[l('ln', '/etc/../../etc')], [f('ln/x')]],
  'symlink loop': [[l('a', 'b'), l('b', 'a'), f('a/x')]],
  'symlink to itself': [[l('a', 'a'), f('a/x')]],
  'symlink replaced by dir': [[l('a', '/etc'), d('a/'), f('a/x')]],
  'dir replaced by symlink': [[d('a/'), f('a/x'), l('a', '/etc')]],
  'hardlink first': [[h('a', 'b'), f('b')]],
  'hardlink through symlink': [[d('r/'), f('r/x'), l('s', 'r'), h('y', 's/x')]],
  'hardlink to symlink': [[f('x'), l('s', 'x'), h('y', 's')]],
  'hardlink outside': [[h('a', '../../../../etc/passwd')]],
  'hardlink absolute': [[f('x'), h('a', '/x')]],
  'hardlink into lower layer': [[f('low')], [h('a', 'low')]],
  'hardlink to whiteout': [[f('low')], [w('.wh.low'), h('a', 'low')]],
  'hardlink to marker': [[w('.wh.x'), h('a', '.wh.x')]],
  'hardlink to directory': [[d('d/'), h('a', 'd')]],
  'hardlink to itself': [[f('a'), h('a', 'a')]],
  'hardlink twice': [[f('a'), h('b', 'a'), f('a', 'new')]],
  'hardlink via dotdot': [[f('x'), d('d/'), h('d/y', 'd/../x')]],
  'whiteout of whiteout': [[w('.wh..wh.x')]],
  'whiteout of dot': [[f('a'), w('.wh..')]],
  'whiteout of dotdot': [[f('a')], [d('d/'), w('d/.wh...')]],
  'whiteout of nothing': [[f('a'), w('.wh.')]],
  'whiteout of missing': [[f('a')], [w('.wh.missing'), w('nodir/.wh.missing')]],
  'whiteout then file': [[f('a', 'old')], [w('.wh.a'), f('a', 'new')]],
  'file then whiteout': [[f('a', 'old')], [f('a', 'new'), w('.wh.a')]],
  'whiteout then dir': [
    [d('a/'), f('a/old')],
    [w('.wh.a'), d('a/'), f('a/new')],
  ],
  'dir then whiteout': [
    [d('a/'), f('a/old')],
    [d('a/'), f('a/new'), w('.wh.a')],
  ],
  'whiteout then implicit dir': [
    [d('a/'), f('a/old')],
    [w('.wh.a'), f('a/new')],
  ],
  'opaque first': [
    [d('a/'), f('a/old')],
    [d('a/'), w('a/.wh..wh..opq'), f('a/new')],
  ],
  'opaque last': [
    [d('a/'), f('a/old')],
    [d('a/'), f('a/new'), w('a/.wh..wh..opq')],
  ],
  'opaque of implicit': [
    [d('a/'), f('a/old')],
    [w('a/.wh..wh..opq'), f('a/new')],
  ],
  'opaque root': [[f('old')], [w('.wh..wh..opq'), f('new')]],
  'whiteout with data': [[f('a')], [{ name: '.wh.a', data: 'data' }]],
  'whiteout as directory': [[f('a')], [d('.wh.a/')]],
  'whiteout as symlink': [[f('a')], [l('.wh.a', 'b')]],
  'whiteout as parent': [[f('a')], [f('.wh.a/x')]],
  'whiteout in symlinked parent': [[d('r/'), f('r/x'), l('s', 'r')], [w('s/.wh.x')]],
  aufs: [[w('.wh..wh.aufs'), d('.wh..wh.plnk/'), f('.wh..wh.plnk/1.2'), w('.wh..wh.orph'), f('a')]],
  'file where dir was': [[d('a/'), f('a/x')], [f('a')]],
  'dir where file was': [[f('a')], [d('a/'), f('a/x')]],
  'implicit dir where file was': [[f('a')], [f('a/x')]],
  'file then dir same layer': [[f('a'), d('a/'), f('a/x')]],
  'dir then file same layer': [[d('a/'), f('a/x'), f('a')]],
  'file as parent same layer': [[f('a'), f('a/x')]],
  duplicates: [[f('a', '1'), f('a', '2'), d('d/'), { name: 'd/', type: '5', mode: 0o700 }, f('a', '333')]],
  'device nodes': [
    [
      { name: 'c', type: '3', dev: [1, 3], mode: 0o666 },
      { name: 'b', type: '4', dev: [7, 0], mode: 0o660 },
      { name: 'p', type: '6' },
    ],
  ],
  'device zero': [[f('a')], [{ name: 'a', type: '3', dev: [0, 0] }]],
  'device where file was': [[f('a')], [{ name: 'a', type: '3', dev: [1, 5] }]],
  'trailing slash file': [[f('a/', 'x')]],
  'dir without slash': [[{ name: 'a', type: '5', mode: 0o755 }]],
  'v7 dir': [[{ name: 'a/', type: '\0' }]],
  setuid: [
    [
      { name: 'a', mode: 0o6755, data: 'x' },
      { name: 'd/', type: '5', mode: 0o3777 },
    ],
  ],
  'empty symlink': [[l('a', '')]],
  'long symlink': [[p({ linkpath: 'x/'.repeat(2000) + 'y' }), l('a', 'short')]],
  'too long symlink': [[p({ linkpath: 'x'.repeat(5000) }), l('a', 'short')]],
  'long name': [[p({ path: 'y'.repeat(255) }), f('a')]],
  'name too long': [[p({ path: 'y'.repeat(256) }), f('a')]],
  deep: [[p({ path: deep }), f('a', 'deep')]],
  'too deep': [[p({ path: `${deep}/${deep}` }), f('a', 'deep')]],
  'nul in name': [[p({ path: 'a\0b' }), f('x')]],
  'newline in name': [[f('a\nb')]],
  backslash: [[f('a\\b'), f('..\\c')]],
  'empty name': [[f('', 'x')]],
  'root file': [[f('./', 'x')]],
  'negative size': [[p({ size: '-1' }), f('a', 'x')]],
  'pax size lies': [[p({ size: '1000000' }), f('a', 'x')]],
  'pax size smaller': [[p({ size: '1' }), f('a', 'xyz')]],
  'pax huge size': [[p({ size: '99999999999999999999' }), f('a', 'x')]],
  'pax no number': [[p({ size: 'ten' }), f('a', 'x')]],
  'pax bad uid': [[p({ uid: '-5' }), f('a', 'x')]],
  'pax big uid': [[p({ uid: '4294967294', gid: '4294967294' }), f('a', 'x')]],
  'pax mtime': [[p({ mtime: '1234567890.123456789' }), f('a', 'x')]],
  'pax mtime far': [[p({ mtime: '99999999999' }), f('a', 'x')]],
  'pax mtime negative': [[p({ mtime: '-1000.5' }), f('a', 'x')]],
  'pax xattr': [
    [
      p({
        'SCHILY.xattr.user.a': 'v',
        'SCHILY.xattr.security.capability': '\u0001\0\0\u0002\0 \0\0\0\0\0\0\0\0\0\0\0\0\0\0',
      }),
      f('a', 'x'),
    ],
  ],
  'pax overlay xattr': [
    [d('a/'), f('a/x')],
    [p({ 'SCHILY.xattr.trusted.overlay.opaque': 'y' }), d('a/'), f('a/y')],
  ],
  'pax overlay redirect': [
    [d('a/'), f('a/x')],
    [p({ 'SCHILY.xattr.trusted.overlay.redirect': '/etc' }), d('b/')],
  ],
  'pax global': [[{ name: 'g', type: 'g', data: paxData({ path: 'global' }) }, f('a')]],
  'pax at end': [[f('a'), p({ path: 'b' })]],
  'two pax': [[p({ path: 'one' }), p({ uid: '7' }), f('a')]],
  'gnu long': [[{ name: '././@LongLink', type: 'L', data: 'long/'.repeat(40) + 'x\0' }, f('a')]],
  'gnu long twice': [
    [
      { name: '././@LongLink', type: 'L', data: 'one\0' },
      { name: '././@LongLink', type: 'L', data: 'two\0' },
      f('a'),
    ],
  ],
  'unknown type': [[{ name: 'a', type: 'Q' }, f('b')]],
  contiguous: [[{ name: 'a', type: '7', data: 'x' }]],
  'sparse pax lies': [
    [
      p({
        'GNU.sparse.major': '1',
        'GNU.sparse.minor': '0',
        'GNU.sparse.name': 'sp',
        'GNU.sparse.realsize': '5',
      }),
      f('GNUSparseFile/sp', `1\n0\n100\n${'\0'.repeat(502)}xxxx`),
    ],
  ],
  'sparse overlapping': [
    [
      p({
        'GNU.sparse.major': '1',
        'GNU.sparse.minor': '0',
        'GNU.sparse.name': 'sp',
        'GNU.sparse.realsize': '100',
      }),
      f('GNUSparseFile/sp', `2\n0\n4\n2\n4\n${'\0'.repeat(502)}xxxxyyyy`),
    ],
  ],
  'sparse right': [
    [
      p({
        'GNU.sparse.major': '1',
        'GNU.sparse.minor': '0',
        'GNU.sparse.name': 'sp',
        'GNU.sparse.realsize': '100',
      }),
      f('GNUSparseFile/sp', `1\n10\n4\n`.padEnd(512, '\0') + 'xxxx'),
    ],
  ],
};

/** What `docker save` would write of an image of such layers, named `hostile:NUMBER`. */
export function archiveOf(name: string): Uint8Array {
  const layers = (cases[name] ?? []).map((entries) => rawTar(...entries));
  const config = JSON.stringify({
    architecture: '386',
    os: 'linux',
    created: '2026-01-01T00:00:00Z',
    config: { Cmd: ['/x'] },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
  });
  const manifest = [
    { Config: 'config.json', RepoTags: [tagOf(name)], Layers: layers.map((_, at) => `${at}.tar`) },
  ];
  return rawTar(
    { name: 'config.json', data: config },
    ...layers.map((data, at) => ({ name: `${at}.tar`, data })),
    { name: 'manifest.json', data: JSON.stringify(manifest) },
  );
}

export function tagOf(name: string): string {
  return `hostile:${Object.keys(cases).indexOf(name)}`;
}
