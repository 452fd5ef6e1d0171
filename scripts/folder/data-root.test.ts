import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runSuite as runMetadataSuite } from '../../worker/engine/metadata/metadata.suite.ts';
import { runSuite as runIndexSuite } from '../../worker/layers/indexcache.suite.ts';
import { indexTar } from '../../worker/layers/layerindexer.ts';
import { rawTar } from '../../worker/layers/tarfixture.suite.ts';
import { parseDiffId } from '../../worker/oci/diffid.ts';
import { openDataRoot } from './data-root.ts';
import { FolderIndexCache } from './indexes.ts';
import { FolderMetadataStore } from './metadata.ts';

const root = mkdtempSync(join(tmpdir(), 'bottleship-root-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
const newFolder = () => join(root, String((count += 1)));

describe('metadata in a folder', () => runMetadataSuite(() => new FolderMetadataStore(newFolder())));
runIndexSuite('in a folder', () => new FolderIndexCache(newFolder()));

test('records outlive the process, whatever their keys', async () => {
  const dir = newFolder();
  const store = new FolderMetadataStore(dir);
  const long = `name:${'x'.repeat(1000)}/../é`;
  await store.set(long, { at: new Date(0), parts: new Map([['a', new Uint8Array([1, 2])]]) });
  await Promise.all([1, 2, 3].map((value) => store.set('image:1', value)));
  await store.set('image:2', 2);
  await store.delete('image:2');
  writeFileSync(join(dir, 'half-written.new'), 'x');
  const later = new FolderMetadataStore(dir);
  expect(await later.get('image:1')).toBe(3);
  expect(await later.entries('')).toHaveLength(2);
  expect(await later.get(long)).toEqual({ at: new Date(0), parts: new Map([['a', new Uint8Array([1, 2])]]) });
});

test('an index that is broken, or of another format, is none', async () => {
  const dir = newFolder();
  const cache = new FolderIndexCache(dir);
  const diffId = parseDiffId(`sha256:${'1'.repeat(64)}`);
  await cache.set(diffId, indexTar(rawTar({ name: 'a' })).data);
  const [name = ''] = readdirSync(dir);
  writeFileSync(join(dir, name), 'half');
  expect(await cache.get(diffId)).toBeUndefined();
});

test('belongs to one process at a time, and to the next when that is gone', () => {
  const dir = newFolder();
  openDataRoot(dir);
  expect(() => openDataRoot(dir)).toThrow(`${dir} is in use: process ${process.pid} has it`);
  const { pid } = spawnSync('true');
  writeFileSync(join(dir, 'engine.pid'), String(pid));
  openDataRoot(dir);
});
