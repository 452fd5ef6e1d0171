/** The content store's acceptance suite on a real browser's IndexedDB. */
import { resolve } from 'node:path';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runSuite } from '../../worker/content/content.suite.ts';
import type { ContentInfo, ContentStore, ContentWriter } from '../../worker/content/contentstore.ts';
import { ingest, readBlob } from '../../worker/content/ingest.ts';
import type { ErrorKind } from '../../worker/oci/errors.ts';
import { BottleshipError } from '../../worker/oci/errors.ts';
import { launchBrowser } from './browser.ts';
import type { Outcome } from './content-page.ts';

const chunkSize = 64;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  context = await browser.newContext();
  page = await openPage();
});

afterAll(() => browser?.close());

/** A page of an origin that is nobody's, with the store in it. */
async function openPage(): Promise<Page> {
  const entry = resolve(import.meta.dirname, 'content-page.ts');
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife' });
  const opened = await context.newPage();
  await opened.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await opened.goto('http://127.0.0.1:1/');
  await opened.addScriptTag({ content: outputFiles[0]?.text ?? '' });
  return opened;
}

async function call<T>(name: string, ...args: unknown[]): Promise<T> {
  const outcome = await page.evaluate(
    ([method, values]) =>
      (globalThis as unknown as { call(name: string, args: unknown[]): Promise<Outcome> }).call(
        method,
        values,
      ),
    [name, args] as const,
  );
  if ('kind' in outcome) throw new BottleshipError(outcome.kind as ErrorKind, outcome.message);
  return outcome.value as T;
}

/** The store in the page, as one here. */
function remoteStore(name: string): ContentStore {
  return {
    info: (digest) => call('info', name, chunkSize, digest),
    list: () => call('list', name, chunkSize),
    delete: (digest) => call('delete', name, chunkSize, digest),
    reader: async (digest) => {
      const { number, size } = await call<{ number: number; size: number }>(
        'reader',
        name,
        chunkSize,
        digest,
      );
      return {
        size,
        read: async (offset, length) => Uint8Array.from(await call<number[]>('read', number, offset, length)),
      };
    },
    writer: async (expected = {}) => remoteWriter(await call('writer', name, chunkSize, expected)),
  };
}

function remoteWriter(number: number): ContentWriter {
  return {
    write: (chunk) => call('write', number, [...chunk]),
    commit: () => call<ContentInfo>('commit', number),
    abort: () => call('abort', number),
  };
}

let databases = 0;
runSuite('IndexedDB of Chromium', () => remoteStore(`content-${databases++}`), chunkSize);

test('blobs outlive the page, and what it had not committed is not there', async () => {
  const data = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  const before = remoteStore('outliving');
  const info = await ingest(before, data);
  const unfinished = await before.writer();
  await unfinished.write(data.subarray(1));
  await page.close();
  page = await openPage();
  const after = remoteStore('outliving');
  expect(await after.list()).toEqual([info]);
  expect([...(await readBlob(after, info.digest))]).toEqual([...data]);
});
