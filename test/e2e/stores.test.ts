/** The acceptance suites of all stores, on a real browser's IndexedDB and locks. */
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runSuite as runContentSuite } from '../../worker/content/content.suite.ts';
import { runSuite as runOldVersionsSuite } from '../../worker/content/oldversions.suite.ts';
import { ingest, readBlob } from '../../worker/content/ingest.ts';
import { runSuite as runLocksSuite } from '../../worker/content/locks.suite.ts';
import { runSuite as runMetadataSuite } from '../../worker/engine/metadata/metadata.suite.ts';
import { runSuite as runIndexSuite } from '../../worker/layers/indexcache.suite.ts';
import { launchBrowser } from './browser.ts';
import { StoresPage } from './stores-driver.ts';

const chunkSize = 64;
/** As the page has them. */
const largeChunk = 4 << 20;
let browser: Browser;
let context: BrowserContext;
let page: StoresPage;
let other: StoresPage;

beforeAll(async () => {
  browser = await launchBrowser();
  context = await browser.newContext();
  [page, other] = await Promise.all([StoresPage.open(context), StoresPage.open(context)]);
});

afterAll(() => browser?.close());

let databases = 0;
const fresh = (kind: string) => `${kind}-${databases++}`;

runContentSuite('IndexedDB of Chromium', () => page.content(fresh('content'), chunkSize), chunkSize);
runOldVersionsSuite('of Chromium', async (rows) => {
  const name = fresh('content');
  await page.call('rows', name, largeChunk, rows);
  return page.content(name, largeChunk);
});
describe('MetadataStore: IndexedDB of Chromium', () => {
  runMetadataSuite(() => page.metadata(fresh('metadata')));
});
runIndexSuite('IndexedDB of Chromium', () => page.indexes(fresh('indexes')));
runLocksSuite('Web Locks, two tabs', async () => [page.locks(), other.locks()]);

const data = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

describe('two tabs', () => {
  test('a blob that one writes the other reads, and both may write the same one', async () => {
    const name = fresh('content');
    const [here, there] = [page.content(name, chunkSize), other.content(name, chunkSize)];
    const [info] = await Promise.all([ingest(here, data), ingest(there, data)]);
    expect(await here.list()).toEqual([info]);
    expect([...(await readBlob(there, info.digest))]).toEqual([...data]);
  });

  test('what one begins under a ref the other waits for and goes on with', async () => {
    const name = fresh('content');
    const first = await page.content(name, chunkSize).writer({}, 'layer');
    const second = other.content(name, chunkSize).writer({}, 'layer');
    await first.write(data.subarray(0, 640));
    await first.suspend();
    expect((await second).offset).toBe(640);
    await (await second).abort();
  });

  test('a sweep leaves alone what the other writes', async () => {
    const name = fresh('content');
    const writer = await page.content(name, chunkSize).writer();
    await writer.write(data);
    await other.content(name, chunkSize).sweep(-1000);
    expect((await writer.commit()).size).toBe(1000);
  });
});

describe('a tab that is closed', () => {
  test('leaves its blobs, and nothing that it had not committed', async () => {
    const name = fresh('content');
    const closed = await StoresPage.open(context);
    const info = await ingest(closed.content(name, chunkSize), data);
    const unfinished = await closed.content(name, chunkSize).writer({}, 'layer');
    await unfinished.write(data.subarray(0, 200));
    await closed.page.close();
    const after = page.content(name, chunkSize);
    expect(await after.list()).toEqual([info]);
    expect([...(await readBlob(after, info.digest))]).toEqual([...data]);
    const again = await after.writer({}, 'layer');
    // What was under way when the tab was closed may be lost; what is there are whole chunks from the start.
    expect([64, 128, 192]).toContain(again.offset);
    await again.write(data.subarray(again.offset));
    expect(await again.commit()).toEqual(info);
  });

  test('holds no lock any more', async () => {
    const closed = await StoresPage.open(context);
    await closed.locks().exclusive('of the closed');
    expect(await page.locks().tryExclusive('of the closed')).toBeUndefined();
    await closed.page.close();
    await (
      await page.locks().exclusive('of the closed')
    )();
  });
});
