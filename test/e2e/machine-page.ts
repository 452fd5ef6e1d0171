import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { createStaticServer, type Handler, listen } from '../../scripts/static-server.ts';
import { launchBrowser } from './browser.ts';

const root = join(import.meta.dirname, '../../dist/web');
/** Until what is waited for must be there: a limit, not a wait. */
export const patience = 90_000;

/** The page as it ships, with the real machine behind it, in a browser of its own. */
export interface MachinePage {
  readonly server: Server;
  readonly browser: Browser;
  readonly address: string;
  /** What scripts have thrown since the last visit. */
  readonly complaints: string[];
  /** A page of a profile of its own, at the prompt. */
  visit(options?: BrowserContextOptions): Promise<Page>;
  /** Closes the last visit's page and its profile. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

/** `relayed` answers what the page asks of a relay. */
export async function openMachinePage(relayed?: Handler): Promise<MachinePage> {
  const server = createStaticServer(root, relayed);
  const address = `http://127.0.0.1:${await listen(server, 0)}/`;
  const browser = await launchBrowser();
  const complaints: string[] = [];
  let context: BrowserContext | undefined;
  return {
    server,
    browser,
    address,
    complaints,
    visit: async (options = {}) => {
      context = await browser.newContext({ viewport: { width: 1000, height: 700 }, ...options });
      context.setDefaultTimeout(patience);
      const page = await context.newPage();
      complaints.length = 0;
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(address);
      await shows(page, 'root@bottleship:~#');
      return page;
    },
    leave: async () => context?.close(),
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** The rows of the terminal that is shown. */
export function screen(page: Page) {
  return page.locator('.terminal-panel:not([hidden]) .xterm-rows');
}

export function shows(page: Page, text: string | RegExp): Promise<void> {
  return screen(page)
    .filter({ hasText: text })
    .waitFor({ timeout: patience })
    .catch(async () => {
      throw new Error(`${text} is not on the screen:\n${await screen(page).innerText()}`);
    });
}

export async function type(page: Page, line: string): Promise<void> {
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

const clearing = 'clear; ';
let cleared = 0;

/**
 * Types a line and waits for what it shows; `shown` must not be in the line itself. With a line that clears the screen
 * first, what was there before does not count: a mark is printed then, and looked for behind that.
 */
export async function run(page: Page, line: string, shown: string | RegExp): Promise<void> {
  if (!line.startsWith(clearing)) {
    await type(page, line);
    return shows(page, shown);
  }
  const mark = ++cleared;
  await type(page, `${clearing}echo @""${mark}@; ${line.slice(clearing.length)}`);
  return shows(page, behind(`@${mark}@`, shown));
}

function behind(mark: string, shown: string | RegExp): RegExp {
  const [source, flags] = typeof shown === 'string' ? [literal(shown), ''] : [shown.source, shown.flags];
  return new RegExp(`${mark}[^]*(?:${source})`, flags);
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** Drags files or folders of this computer onto the middle of the page, as a person does. */
export async function drop(page: Page, ...files: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { width, height } = page.viewportSize() ?? { width: 100, height: 100 };
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: width / 2, y: height / 2, data });
  await session.detach();
}
