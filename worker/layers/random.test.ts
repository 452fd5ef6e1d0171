import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BottleshipError } from '../oci/errors.ts';
import { LayerIndexer, indexTar } from './layerindexer.ts';
import type { RawEntry } from './tarfixture.suite.ts';
import { gnuTar, inScratch, paxData, rawTar, seenInLayer } from './tarfixture.suite.ts';

const name = fc.constantFrom(
  'a',
  'b',
  'c',
  '..',
  '.',
  '.wh.a',
  '.wh..wh.opq',
  '.wh..wh..opq',
  '.wh..wh.x',
  'é',
  '',
);
const path = fc.array(name, { maxLength: 4 }).map((names) => names.join('/'));
const entry: fc.Arbitrary<RawEntry> = fc.record({
  name: path,
  type: fc.constantFrom('0', '1', '2', '3', '5', '6', 'L', 'K'),
  link: path,
  data: fc.oneof(fc.constant(''), path),
});
const pax: fc.Arbitrary<RawEntry> = fc
  .dictionary(
    fc.constantFrom(
      'path',
      'size',
      'mtime',
      'uid',
      'GNU.sparse.major',
      'GNU.sparse.map',
      'GNU.sparse.realsize',
      'SCHILY.xattr.a',
    ),
    fc.oneof(path, fc.constantFrom('1', '0', '1,2', '0,1', '-1', '99999999999999999')),
  )
  .map((records) => ({ name: 'x', type: 'x', data: paxData(records) }));

function indexOrRefuse(tar: Uint8Array) {
  try {
    return indexTar(tar);
  } catch (error) {
    expect(error).toBeInstanceOf(BottleshipError);
    expect(error).toHaveProperty('kind', 'invalid');
    return undefined;
  }
}

test('random archives are indexed or refused, and what is indexed can be walked', async () => {
  const entries = fc.array(fc.oneof({ weight: 5, arbitrary: entry }, pax), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(entries, async (entries) => {
      const tar = rawTar(...entries);
      const index = indexOrRefuse(tar);
      if (index === undefined) return;
      const seen = await seenInLayer(tar);
      for (const path of Object.keys(seen)) expect(index.find(path.split('/').slice(1))).toBeDefined();
      expect(Object.keys(seen).length).toBeLessThanOrEqual(index.data.nodes.parent.length);
    }),
    { numRuns: 300 },
  );
});

test('random bytes and flipped bits are indexed or refused', async () => {
  const tar = await inScratch((dir) => gnuTar(dir, '--format=pax', '--pax-option=SCHILY.xattr.user.a=b'));
  const flips = fc.array(fc.tuple(fc.nat(tar.length - 1), fc.nat(255)), { maxLength: 5 });
  fc.assert(
    fc.property(flips, fc.uint8Array({ maxLength: 2000 }), (flips, bytes) => {
      const broken = tar.slice();
      for (const [at, value] of flips) broken[at] = value;
      indexOrRefuse(broken);
      indexOrRefuse(bytes);
    }),
    { numRuns: 500 },
  );
});

test('a hundred thousand entries take little memory', () => {
  const indexer = new LayerIndexer();
  const entries = 100_000;
  for (let i = 0; i < entries; i += 1000) {
    const part = Array.from({ length: 1000 }, (_, j) => ({
      name: `usr/share/d${i / 1000}/file-${j}.txt`,
      data: 'x',
    }));
    indexer.write(rawTar(...part).subarray(0, -1024));
  }
  const index = indexer.finish();
  expect(index.inodeCount).toBe(entries + 103);
  expect(index.byteLength / entries).toBeLessThan(120);
}, 60_000);
