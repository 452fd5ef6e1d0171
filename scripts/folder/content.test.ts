import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runSuite } from '../../worker/content/content.suite.ts';
import { ingest } from '../../worker/content/ingest.ts';
import { parseDigest } from '../../worker/oci/digest.ts';
import { FolderStore } from './content.ts';

const root = mkdtempSync(join(tmpdir(), 'bottleship-folder-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
const newFolder = () => join(root, String((count += 1)));

runSuite('folder', () => new FolderStore(newFolder()), 4096);
runSuite('folder with a cache', () => new FolderStore(newFolder(), 1 << 20), 4096);

const bytes = new TextEncoder().encode('a blob that comes in two visits');
const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);

test('an attempt that was given up is taken up again', async () => {
  const dir = newFolder();
  const first = await new FolderStore(dir).writer({ digest, size: bytes.length }, 'blob');
  expect(first.offset).toBe(0);
  await first.write(bytes.subarray(0, 10));
  await first.suspend();
  const store = new FolderStore(dir);
  expect(await store.has(digest)).toBe(false);
  const writer = await store.writer({ digest, size: bytes.length }, 'blob');
  expect(writer.offset).toBe(10);
  await writer.write(bytes.subarray(10));
  expect(await writer.commit()).toEqual({ digest, size: bytes.length });
  expect(readdirSync(join(dir, '.partial'))).toEqual([]);
});

test('what was damaged meanwhile is found out, and is gone then', async () => {
  const store = new FolderStore(newFolder());
  const first = await store.writer({ digest, size: bytes.length }, 'blob');
  await first.write(new Uint8Array(10));
  await first.suspend();
  const second = await store.writer({ digest, size: bytes.length }, 'blob');
  await second.write(bytes.subarray(10));
  await expect(second.commit()).rejects.toThrow('verification failed');
  expect((await store.writer({ digest, size: bytes.length }, 'blob')).offset).toBe(0);
});

test('reads of what is in the cache answer at once, also across its blocks', async () => {
  const store = new FolderStore(newFolder(), 8 << 20);
  const large = Uint8Array.from({ length: 3 << 20 }, (_, i) => (i * 31 + (i >> 16)) % 251);
  const reader = await store.reader((await ingest(store, large)).digest);
  for (const at of [0, (1 << 20) - 5, (2 << 20) - 5, large.length - 5])
    expect(await reader.read(at, 10)).toEqual(large.slice(at, at + 10));
  expect(reader.read((1 << 20) - 3, 6)).toEqual(large.subarray((1 << 20) - 3, (1 << 20) + 3));
});

test.skipIf(!existsSync('/dev/full'))('a full disk is told in words, and nothing is left', async () => {
  const dir = newFolder();
  mkdirSync(join(dir, '.partial'), { recursive: true });
  symlinkSync('/dev/full', join(dir, '.partial', 'ref-blob'));
  const writer = await new FolderStore(dir).writer({}, 'blob');
  await expect(writer.write(bytes)).rejects.toThrow(
    'no space left on device: the disk is full; remove images (docker image prune -a) or free space on it',
  );
  expect(readdirSync(join(dir, '.partial'))).toEqual([]);
});
