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
  const first = await new FolderStore(dir).resume({ digest, size: bytes.length });
  expect(first.have).toBe(0);
  await first.writer.write(bytes.subarray(0, 10));
  await first.writer.abort();
  const store = new FolderStore(dir);
  expect(await store.has(digest)).toBe(false);
  const { writer, have } = await store.resume({ digest, size: bytes.length });
  expect(have).toBe(10);
  await writer.write(bytes.subarray(10));
  expect(await writer.commit()).toEqual({ digest, size: bytes.length });
  expect(readdirSync(join(dir, '.partial'))).toEqual([]);
});

test('what was damaged meanwhile is found out, and is gone then', async () => {
  const store = new FolderStore(newFolder());
  const first = await store.resume({ digest, size: bytes.length });
  await first.writer.write(new Uint8Array(10));
  await first.writer.abort();
  const second = await store.resume({ digest, size: bytes.length });
  await second.writer.write(bytes.subarray(10));
  await expect(second.writer.commit()).rejects.toThrow('verification failed');
  expect((await store.resume({ digest, size: bytes.length })).have).toBe(0);
});
