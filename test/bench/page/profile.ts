import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { chromium } from 'playwright-core';
import { findBrowser } from '../../e2e/browser.ts';
import { ServedPage } from './served.ts';

/** A window that tests and people have. */
const viewport = { width: 1280, height: 800 };
const args = ['--disable-gpu', '--disable-background-networking', '--disable-quic'];

/** A browser whose caches and databases are on the disk, as a person's are: a private window keeps less. */
export async function withProfile<T>(body: (context: BrowserContext) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bottleship-profile-'));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: findBrowser(),
    headless: true,
    viewport,
    args,
  });
  try {
    return await body(context);
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

export async function withServed<T>(files: string, body: (served: ServedPage) => Promise<T>): Promise<T> {
  const served = await ServedPage.start(files);
  try {
    return await body(served);
  } finally {
    await served.close();
  }
}
