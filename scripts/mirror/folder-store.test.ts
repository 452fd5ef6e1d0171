import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runSuite } from '../../worker/content/content.suite.ts';
import { parseDigest } from '../../worker/oci/digest.ts';
import { FolderStore } from './folder-store.ts';

const root = mkdtempSync(join(tmpdir(), 'bottleship-folder-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
const newFolder = () => join(root, String((count += 1)));

runSuite('folder', () => new FolderStore(newFolder()), 4096);

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
