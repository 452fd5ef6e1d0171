/** The page as it ships, with the real machine behind it. */
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createStaticServer, listen } from '../../scripts/static-server.ts';
import { launchBrowser } from './browser.ts';

const root = join(import.meta.dirname, '../../dist/web');
const patience = 60_000;

let server: Server;
let address: string;
let browser: Browser;
let context: BrowserContext;
let complaints: string[];

beforeAll(async () => {
  server = createStaticServer(root);
  address = `http://127.0.0.1:${await listen(server, 0)}/`;
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  await new Promise((closed) => server?.close(closed));
});

afterEach(() => context?.close());

async function visit(size = { width: 1000, height: 700 }): Promise<Page> {
  context = await browser.newContext({ viewport: size });
  const page = await context.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(address);
  await shows(page, 'root@bottleship:~#');
  return page;
}

const screen = (page: Page) => page.locator('.terminal-panel:not([hidden]) .xterm-rows');

function shows(page: Page, text: string | RegExp): Promise<void> {
  return screen(page).filter({ hasText: text }).waitFor({ timeout: patience });
}

/** `shown` must not be in the line that is typed. */
async function run(page: Page, line: string, shown: string | RegExp): Promise<void> {
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
  await shows(page, shown);
}

test('hello-world says hello', async () => {
  const page = await visit();
  await run(page, 'docker run --rm hello-world', 'Hello from Docker!');
  expect(complaints).toEqual([]);
});

test('a shell in a container: its own processes, its exit code', async () => {
  const page = await visit();
  await run(page, 'docker run -it --rm -h inner busybox sh', '/ #');
  await run(page, 'echo "$(hostname)-$((40+2)) $(ps | wc -l)"', /inner-42 [345]/);
  await run(page, 'exit 9', /~# *$/);
  await run(page, 'echo code=$?', 'code=9');
});

test('Ctrl-C ends what runs in a container', async () => {
  const page = await visit();
  // As a container's first process it would not be ended by a signal it has no handler for.
  await run(page, 'docker run -it --rm --init busybox sh -c "echo be\'\'gun; sleep 1000"', 'begun');
  await page.keyboard.press('Control+c');
  await shows(page, /\^Croot@bottleship:~#/);
  await run(page, 'echo code=$?', 'code=130');
});

test('two terminals have sizes of their own, and a resize reaches the program', async () => {
  const page = await visit();
  const size = async () => {
    await run(page, 'clear; echo "size $(stty size) end"', /size \d+ \d+ end/);
    return /size (\d+ \d+) end/.exec(await screen(page).innerText())?.[1];
  };
  const first = await size();
  await page.keyboard.press('Control+Shift+Enter');
  await shows(page, 'root@bottleship:~#');
  expect(await page.getByRole('tab').count()).toBe(2);
  expect(await size()).toBe(first);
  await page.setViewportSize({ width: 600, height: 400 });
  await expect.poll(size, { timeout: patience }).not.toBe(first);
});

test('after a reload an image that was pulled is there and nothing is asked of the registry', async () => {
  const page = await visit();
  await run(page, 'docker run --rm busybox echo fir""st', 'first');
  const asked: string[] = [];
  server.on('request', (request) => asked.push(String(request.url)));
  await page.reload();
  await shows(page, 'root@bottleship:~#');
  await run(page, 'docker run --rm busybox echo sec""ond', 'second');
  expect(asked.filter((url) => url.includes('registry'))).toEqual([]);
  expect(asked.some((url) => url.includes('machine.json'))).toBe(true);
});

test('a reset wipes what is kept', async () => {
  const page = await visit();
  await run(page, 'docker pull -q busybox; docker images -q | wc -l | sed s/^/count=/', 'count=1');
  await page.getByRole('button', { name: 'Help and settings' }).click();
  await page.getByRole('button', { name: 'Reset…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Reset the machine?' });
  await Promise.all([
    page.waitForEvent('load', { timeout: patience }),
    dialog.getByRole('button', { name: 'Reset machine' }).click(),
  ]);
  await shows(page, 'root@bottleship:~#');
  await run(page, 'docker images -q | wc -l | sed s/^/now=/', 'now=0');
});
