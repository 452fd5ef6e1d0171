/** The page alone, built as it ships but with the machine's double (web/testing) behind it. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './browser.ts';
import { patience, screen, shows, type as run } from './machine-page.ts';
import { servePageDouble } from './page-double.ts';
import type { ServedPage } from './page-double.ts';

let served: ServedPage;
let browser: Browser;
let complaints: string[] = [];

beforeAll(async () => {
  [served, browser] = await Promise.all([servePageDouble(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await served?.close();
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});

interface Visit extends BrowserContextOptions {
  play?: string;
  /** Runs in the page before anything of ours. */
  before?: string;
}

async function visit({ play = 'ready', before, ...options }: Visit = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, ...options });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  if (before) await page.addInitScript(before);
  await page.goto(`${served.address}?play=${play}`);
  return page;
}

async function atPrompt(visiting: Visit = {}): Promise<Page> {
  const page = await visit(visiting);
  await shows(page, 'bottleship:~#');
  return page;
}

/** By coordinates: what takes the mouse in a terminal lies above the rows. */
async function clickText(page: Page, text: string, clickCount = 1): Promise<void> {
  const box = await screen(page).getByText(text, { exact: true }).last().boundingBox();
  if (!box) throw new Error(`${text} is not on the screen`);
  await page.mouse.move(box.x + 10, box.y + box.height / 2);
  await page.mouse.click(box.x + 12, box.y + box.height / 2, { clickCount });
}

const tabs = (page: Page) => page.getByRole('tab');
const names = (page: Page) => tabs(page).allInnerTexts();
const selected = (page: Page) => page.getByRole('tab', { selected: true }).innerText();
const status = (page: Page, text: string | RegExp) =>
  page.locator('#status-text').filter({ hasText: text }).waitFor();

async function pixels(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth);
}

/** The last that the shell has said of its size; it is asked again, since a new one may be on its way. */
async function askSize(page: Page): Promise<string | undefined> {
  await run(page, 'size');
  return (await screen(page).innerText()).match(/^\d+ \d+$/gm)?.at(-1);
}

describe('the terminal', () => {
  test('takes keys as soon as the page is there', async () => {
    const page = await atPrompt();
    await run(page, 'echo ahoy');
    await shows(page, 'ahoy');
    expect(complaints).toEqual([]);
  });

  test('keeps what was typed while the machine started', async () => {
    const page = await visit({ play: 'slow' });
    await status(page, 'Fetching');
    await run(page, 'echo early');
    await page.evaluate("new BroadcastChannel('double').postMessage('go on')");
    await shows(page, 'early');
  });

  test('tells the shell its size', async () => {
    const page = await atPrompt();
    await expect.poll(() => askSize(page)).toBeDefined();
    const before = await askSize(page);
    await page.setViewportSize({ width: 500, height: 400 });
    await expect.poll(() => askSize(page)).not.toBe(before);
  });

  test('a program names the tab, in text only', async () => {
    const page = await atPrompt();
    await run(page, 'title <b>bold</b>');
    await expect.poll(() => names(page)).toEqual(['<b>bold</b>']);
  });

  test('50,000 lines arrive in order', async () => {
    const page = await atPrompt();
    await run(page, 'flood 50000');
    await run(page, 'echo after');
    await shows(page, 'after');
  });

  test('offers a new shell when this one has ended', async () => {
    const page = await atPrompt();
    await run(page, 'exit 3');
    await shows(page, 'ended with code 3');
    expect(await names(page)).toEqual(['Terminal 1\nended']);
    await page.keyboard.press('Enter');
    await run(page, 'echo again');
    await shows(page, 'again');
    expect(await names(page)).toEqual(['Terminal 1']);
  });
});

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

describe('the clipboard', () => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  test('Ctrl+Shift+C copies what is selected, Ctrl+Shift+V pastes it', async () => {
    const page = await atPrompt({ permissions });
    await run(page, 'echo treasure');
    await shows(page, 'treasure');
    await clickText(page, 'treasure', 2);
    await page.keyboard.press('Control+Shift+C');
    await expect.poll(() => clipboard(page)).toBe('treasure');
    await page.keyboard.type('echo [');
    await page.keyboard.press('Control+Shift+V');
    await shows(page, 'echo [treasure');
  });

  test('a program cannot write to it', async () => {
    const page = await atPrompt({ permissions });
    await page.evaluate(() => navigator.clipboard.writeText('mine'));
    await run(page, 'clipboard');
    await run(page, 'echo done');
    await shows(page, 'done');
    expect(await clipboard(page)).toBe('mine');
  });
});

describe('links', () => {
  test('one hidden behind other text shows its address first', async () => {
    const page = await atPrompt();
    await run(page, 'link https://example.invalid/x');
    await clickText(page, 'somewhere else');
    const dialog = page.getByRole('dialog', { name: 'Open this address?' });
    await dialog.getByText('https://example.invalid/x').waitFor();
    await page.keyboard.press('Escape');
    expect(page.context().pages()).toHaveLength(1);
  });

  test('no other scheme than the web is followed', async () => {
    const page = await atPrompt();
    await run(page, 'link javascript:document.title=1');
    await clickText(page, 'somewhere else');
    expect([await page.title(), await page.getByRole('dialog').count()]).toEqual(['Bottleship', 0]);
  });
});

describe('tabs', () => {
  test('a button and a shortcut open terminals of their own', async () => {
    const page = await atPrompt();
    await run(page, 'echo first');
    await page.getByRole('button', { name: 'New terminal' }).click();
    await run(page, 'echo second');
    await shows(page, 'second');
    await page.keyboard.press('Control+Shift+Enter');
    expect(await names(page)).toEqual(['Terminal 1', 'Terminal 2', 'Terminal 3']);
    await page.keyboard.press('Control+Shift+ArrowRight');
    await shows(page, 'first');
    await page.keyboard.press('Control+Shift+ArrowLeft');
    expect(await selected(page)).toBe('Terminal 3');
  });

  test('a hidden terminal takes its size when it is shown', async () => {
    const page = await atPrompt();
    await expect.poll(() => askSize(page)).toBeDefined();
    const before = await askSize(page);
    await page.keyboard.press('Control+Shift+Enter');
    await page.setViewportSize({ width: 500, height: 400 });
    await expect.poll(async () => [undefined, before].includes(await askSize(page))).toBe(false);
    const second = await askSize(page);
    await page.keyboard.press('Control+Shift+ArrowLeft');
    await expect.poll(() => askSize(page)).toBe(second);
  });

  test('the keyboard gets out of the terminal, moves along the tabs, closes one and gets back', async () => {
    const page = await atPrompt();
    await page.keyboard.press('Control+Shift+Enter');
    await page.keyboard.press('Control+Shift+Enter');
    await page.keyboard.press('Control+Shift+ArrowUp');
    await page.keyboard.press('Home');
    expect(await selected(page)).toBe('Terminal 1');
    await page.keyboard.press('ArrowLeft');
    expect(await selected(page)).toBe('Terminal 3');
    await page.keyboard.press('Delete');
    expect(await names(page)).toEqual(['Terminal 1', 'Terminal 2']);
    await page.keyboard.press('Enter');
    await run(page, 'echo back');
    await shows(page, 'back');
    expect(await selected(page)).toBe('Terminal 2');
  });

  test('a close button closes, and the last terminal stays', async () => {
    const page = await atPrompt();
    await page.keyboard.press('Control+Shift+Enter');
    await page.getByRole('button', { name: 'Close Terminal 1' }).click();
    expect(await names(page)).toEqual(['Terminal 2']);
    expect(await page.getByRole('button', { name: 'Close Terminal 2' }).isVisible()).toBe(false);
    await run(page, 'echo here');
    await shows(page, 'here');
  });

  test('each tab names the panel it shows', async () => {
    const page = await atPrompt();
    await page.keyboard.press('Control+Shift+Enter');
    const panel = page.getByRole('tabpanel', { name: 'Terminal 2' });
    expect(await panel.getAttribute('id')).toBe(await tabs(page).nth(1).getAttribute('aria-controls'));
  });
});

describe('the status line', () => {
  test.each([
    ['fetching', 'Fetching the machine: 3.1 of 6.2 MB', '50'],
    ['restoring', 'Restoring the machine', null],
    ['pulling', 'Pulling busybox:latest: 1.2 of 2.1 MB', '57'],
  ])('%s', async (play, text, percent) => {
    const page = await visit({ play });
    await status(page, text);
    expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe(percent);
  });

  test('ready hides the bar', async () => {
    const page = await atPrompt();
    await status(page, 'Ready in 0.6 s');
    expect(await page.getByRole('progressbar').isVisible()).toBe(false);
  });

  test('a cold boot says why', async () => {
    await status(await visit({ play: 'booting' }), 'another version');
  });

  test('a machine that cannot be had: what happened and what to do', async () => {
    const page = await visit({ play: 'failed' });
    await status(page, '404 Not Found');
    const alert = page.getByRole('alert');
    await alert.getByText('404 Not Found').waitFor();
    await alert.getByRole('button', { name: 'Reload' }).click();
    await page.waitForLoadState();
    await page.getByRole('alert').getByRole('button', { name: 'Reset machine…' }).click();
    await page.getByRole('dialog', { name: 'Reset the machine?' }).waitFor();
  });

  test('a worker that cannot be loaded is said too', async () => {
    const before =
      'const Real = Worker; Worker = class extends Real { constructor() { super("missing.js"); } };';
    await status(await visit({ before }), 'could not be loaded');
  });
});

function background(page: Page): Promise<string> {
  return page.locator('.frame').evaluate((frame) => getComputedStyle(frame).backgroundColor);
}

describe('the theme', () => {
  const light = 'rgb(253, 254, 253)';
  const dark = 'rgb(15, 22, 25)';

  test.each([
    ['light', light],
    ['dark', dark],
  ] as const)('is the system’s: %s', async (colorScheme, colour) => {
    expect(await background(await visit({ colorScheme }))).toBe(colour);
  });

  test('the toggle is remembered, for the terminal too', async () => {
    const page = await atPrompt({ colorScheme: 'light' });
    const toggle = page.getByRole('button', { name: 'Dark theme' });
    await toggle.click();
    expect(await toggle.getAttribute('aria-pressed')).toBe('true');
    await page.reload();
    await shows(page, 'bottleship');
    expect(await background(page)).toBe(dark);
    const terminal = page.locator('.xterm-scrollable-element').first();
    expect(await terminal.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(dark);
  });

  test('and forgotten when it is what the system has', async () => {
    const page = await visit({ colorScheme: 'light' });
    const toggle = page.getByRole('button', { name: 'Dark theme' });
    await toggle.click();
    await toggle.click();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => background(page)).toBe(dark);
  });
});

describe('help', () => {
  test('a command is typed, not run', async () => {
    const page = await atPrompt();
    await page.getByRole('button', { name: 'Help and settings' }).click();
    await page.getByRole('button', { name: 'docker run hello-world' }).click();
    await shows(page, '# docker run hello-world');
    expect(await screen(page).innerText()).not.toContain('Hello');
    await page.keyboard.press('Enter');
    await shows(page, 'Hello from');
  });

  test('screen reader support is remembered', async () => {
    const page = await atPrompt();
    await page.getByRole('button', { name: 'Help and settings' }).click();
    await page.getByRole('checkbox', { name: /Screen reader/ }).check();
    await page.locator('.xterm-accessibility').waitFor({ state: 'attached' });
    await page.reload();
    await page.locator('.xterm-accessibility').waitFor({ state: 'attached' });
  });
});

async function askForReset(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Help and settings' }).click();
  await page.getByRole('button', { name: 'Reset…' }).click();
  return page.getByRole('dialog', { name: 'Reset the machine?' });
}

describe('reset', () => {
  test('asks, with the harmless answer under the finger', async () => {
    const page = await atPrompt();
    await run(page, 'echo kept');
    const dialog = await askForReset(page);
    await dialog.getByText('cannot be undone').waitFor();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await shows(page, 'kept');
  });

  test('wipes and starts anew', async () => {
    const page = await atPrompt();
    await run(page, 'echo gone');
    const dialog = await askForReset(page);
    await dialog.getByRole('button', { name: 'Reset machine' }).click();
    await expect
      .poll(() =>
        screen(page)
          .innerText()
          .catch(() => 'gone'),
      )
      .not.toContain('gone');
    await shows(page, 'bottleship');
  });

  test('says when it did not work', async () => {
    const page = await atPrompt({ play: 'unwipeable' });
    await (await askForReset(page)).getByRole('button', { name: 'Reset machine' }).click();
    await page.getByRole('alert').getByText('open in another tab').waitFor();
  });
});

describe('small and wide screens', () => {
  test.each([360, 640, 1920, 3440])('%i pixels have no scroll bar', async (width) => {
    const page = await atPrompt({ viewport: { width, height: 640 } });
    for (let more = 0; more < 4; more += 1) await page.getByRole('button', { name: 'New terminal' }).click();
    expect(await pixels(page)).toBe(width);
    expect(await page.getByRole('button', { name: 'Help and settings' }).isVisible()).toBe(true);
  });
});

describe('a browser that lacks something', () => {
  test('is told what', async () => {
    const page = await visit({ before: 'delete window.DecompressionStream; delete window.WebAssembly;' });
    await page.getByRole('heading', { name: 'This browser cannot run Bottleship' }).waitFor();
    expect(await page.getByRole('listitem').allInnerTexts()).toEqual(['WebAssembly', 'DecompressionStream']);
    expect(await page.locator('.frame').isVisible()).toBe(false);
  });

  test('without scripts too', async () => {
    const page = await visit({ javaScriptEnabled: false });
    expect(await page.locator('.no-script').innerText()).toContain('needs JavaScript');
    expect(await page.locator('.frame').isVisible()).toBe(false);
  });
});

describe('policy', () => {
  test('works in a frame of another site, without headers of its own', async () => {
    const page = await browser.newPage();
    // Another site for the browser, and a page of this server's with no policy of its own.
    await page.goto(served.address.replace('127.0.0.1', 'localhost').replace('double', 'nothing'));
    await page.setContent(`<iframe src="${served.address}index.html" width="800" height="500"></iframe>`);
    await page.frameLocator('iframe').getByText('bottleship:~#').first().waitFor();
  });

  test('no script from markup runs', async () => {
    const page = await atPrompt();
    await page.evaluate(() => {
      const image = document.createElement('div');
      image.innerHTML = '<img src="x:" onerror="document.title = \'run\'">';
      document.body.append(image);
    });
    await expect.poll(() => complaints.join('\n')).toContain('Content Security Policy');
    expect(await page.title()).toBe('Bottleship');
  });

  test('asks no other host for anything', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await page.goto(served.address);
    await shows(page, 'bottleship');
    expect([...hosts]).toEqual([new URL(served.address).origin]);
  });
});
