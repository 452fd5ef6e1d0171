/** Pictures of the page in all its states, for people to look at: `npx tsx test/e2e/screenshots.ts [part of a name]`. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { servePageDouble } from './page-double.ts';

const folder = resolve(import.meta.dirname, '../../.cache/screenshots');

interface Scene {
  name: string;
  play: string;
  act?(page: Page): Promise<void>;
}

const scenes: Scene[] = [
  { name: 'empty', play: 'ready' },
  { name: 'busy', play: 'pulling', act: runCommands },
  { name: 'fetching', play: 'fetching' },
  { name: 'failed', play: 'failed' },
  { name: 'broken', play: 'broken', act: runCommands },
  { name: 'cold', play: 'booting' },
  { name: 'tabs', play: 'ready', act: openTabs },
  { name: 'colours', play: 'ready', act: (page) => type(page, 'colours') },
  { name: 'images', play: 'images', act: openImages },
  { name: 'no-images', play: 'ready', act: (page) => page.click('#toggle-panel') },
  { name: 'images-busy', play: 'images', act: pullImages },
  { name: 'files', play: 'images', act: openFiles },
  { name: 'no-files', play: 'ready', act: showFiles },
  { name: 'builds', play: 'images', act: showBuilds },
  { name: 'no-builds', play: 'ready', act: showBuilds },
  { name: 'images-failed', play: 'unreadable', act: (page) => page.click('#toggle-panel') },
  { name: 'help', play: 'ready', act: (page) => page.click('#open-help') },
  { name: 'reset', play: 'ready', act: askForReset },
];

const sizes = [
  { width: 360, height: 640 },
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
];

async function type(page: Page, line: string): Promise<void> {
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

async function runCommands(page: Page): Promise<void> {
  await type(page, 'docker run hello-world');
  await type(page, 'docker ps');
}

async function openTabs(page: Page): Promise<void> {
  await runCommands(page);
  await page.click('#new-terminal');
  await type(page, 'title vim /etc/nginx/conf.d/default.conf');
  await page.click('#new-terminal');
  await type(page, 'exit 1');
}

async function openImages(page: Page): Promise<void> {
  await runCommands(page);
  await page.click('#toggle-panel');
  await page.getByRole('button', { name: /^app:latest/ }).click();
  await page.getByRole('button', { name: 'More for alpine:3.20' }).click();
}

async function showFiles(page: Page): Promise<void> {
  await page.click('#toggle-panel');
  await page.getByRole('tab', { name: 'Files' }).click();
}

async function showBuilds(page: Page): Promise<void> {
  await page.click('#toggle-panel');
  await page.getByRole('tab', { name: 'Builds' }).click();
}

async function openFiles(page: Page): Promise<void> {
  await showFiles(page);
  await page.getByRole('treeitem', { name: 'app' }).click();
  await page.getByRole('treeitem', { name: 'Dockerfile' }).click();
  await page.locator('.cm-content').click();
  await page.keyboard.type('# ');
}

async function pullImages(page: Page): Promise<void> {
  await page.click('#toggle-panel');
  for (const name of ['missing', 'debian:bookworm']) {
    await page.getByLabel('Image to pull').fill(name);
    await page.getByRole('button', { name: 'Pull', exact: true }).click();
  }
}

async function askForReset(page: Page): Promise<void> {
  await page.click('#open-help');
  await page.click('#reset');
}

async function main(): Promise<void> {
  const wanted = process.argv[2] ?? '';
  await mkdir(folder, { recursive: true });
  const served = await servePageDouble();
  const browser = await launchBrowser();
  for (const viewport of sizes) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const scene of scenes) {
        const name = `${scene.name}-${viewport.width}-${colorScheme}`;
        if (!name.includes(wanted)) continue;
        const page = await browser.newPage({ viewport, colorScheme });
        await page.goto(`${served.address}?play=${scene.play}`);
        await page.waitForTimeout(500);
        await scene.act?.(page);
        await page.waitForTimeout(500);
        await page.screenshot({ path: `${folder}/${name}.png` });
        await page.close();
      }
    }
  }
  await browser.close();
  await served.close();
}

await main();
