/** The images panel, with the real machine behind it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drop, openMachinePage, run, shows } from './machine-page.ts';
import type { MachinePage } from './machine-page.ts';

let machine: MachinePage;
let page: Page;
let panel: Locator;
const folder = mkdtempSync(join(tmpdir(), 'bottleship-images-'));
const saved = join(folder, 'busybox_latest.tar');

beforeAll(async () => {
  machine = await openMachinePage();
  // Without the picker, which no test can answer, files are downloads.
  page = await machine.visit({ acceptDownloads: true });
  await page.evaluate('window.showSaveFilePicker = undefined');
  panel = page.getByRole('complementary', { name: 'Panel' });
});

afterAll(async () => {
  await machine?.close();
  rmSync(folder, { recursive: true });
});

/** In the terminal, wherever the keyboard was. */
async function typed(line: string, shown: string | RegExp): Promise<void> {
  await page.locator('.terminal-panel').first().click();
  await run(page, line, shown);
}

const image = (name: string) => panel.getByRole('button', { name: new RegExp(`^${name}`) });

test('opens by a key, and says that there are none', async () => {
  await page.keyboard.press('Control+Shift+ArrowDown');
  await panel.getByText('No images yet').waitFor();
  expect(
    await panel.getByRole('tab', { name: 'Images' }).evaluate((tab) => tab === document.activeElement),
  ).toBe(true);
});

test('pulls by name', async () => {
  await panel.getByLabel('Image to pull').fill('busybox');
  await page.keyboard.press('Enter');
  await panel.getByText('Downloaded newer image for busybox:latest').waitFor();
  await image('busybox:latest').waitFor();
  expect(await image('busybox:latest').innerText()).toMatch(/MB · 1 layer · /);
});

test('says why an image cannot be had', async () => {
  await panel.getByLabel('Image to pull').fill('Not A Name');
  await panel.getByRole('button', { name: 'Pull', exact: true }).click();
  await panel.getByRole('alert').getByText('invalid reference format').waitFor();
  await panel.getByRole('button', { name: 'Dismiss: Pulling Not A Name' }).click();
  expect(await panel.getByRole('alert').filter({ visible: true }).count()).toBe(0);
});

test('runs one in the terminal', async () => {
  await panel.getByRole('button', { name: 'Run busybox:latest' }).click();
  await shows(page, '# docker run -it --rm busybox:latest');
  await page.keyboard.press('Enter');
  await shows(page, '/ #');
  await expect.poll(() => image('busybox:latest').innerText()).toContain('1 running');
  await run(page, 'exit', /~# *$/);
  await expect.poll(() => image('busybox:latest').innerText()).not.toContain('running');
});

test('follows what the command does: names, layers that are shared, containers', async () => {
  await typed('docker run --name made busybox touch /file; docker commit made app:1', /sha256:/);
  await image('app:1').click();
  await panel.getByText('1 layer with busybox:latest').waitFor();
  await image('app:1').click();
  await image('busybox:latest').click();
  await panel.getByText('made (exited)').waitFor();
  await typed('docker rm made; docker rmi app:1; docker tag busybox b:2; echo do""ne', 'done');
  await image('busybox:latest, b:2|b:2, busybox:latest').waitFor();
  await image('app:1').waitFor({ state: 'detached' });
  await panel.getByText('no container').waitFor();
  await typed('docker rmi b:2; clear; echo un""named', 'unnamed');
});

async function choose(item: string): Promise<void> {
  await panel.getByRole('button', { name: 'More for busybox:latest' }).click();
  await panel.getByRole('menuitem', { name: item }).click();
}

test('saves one to a file, which docker save would have written', async () => {
  const [download] = await Promise.all([page.waitForEvent('download'), choose('Save to a file…')]);
  expect(download.suggestedFilename()).toBe('busybox_latest.tar');
  await download.saveAs(saved);
  const names = execFileSync('tar', ['-tf', saved], { encoding: 'utf8' }).split('\n');
  expect(names).toContain('manifest.json');
  expect(names).toContain('oci-layout');
  await panel.getByText(/^Saved busybox:latest, /).waitFor();
});

async function remove(): Promise<void> {
  await choose('Remove…');
  const dialog = page.getByRole('dialog', { name: 'Remove this image?' });
  await dialog.getByRole('button', { name: 'Remove' }).click();
}

test('an image that is used is not removed, and the reason is Docker’s', async () => {
  await typed('clear; docker create --name user busybox | wc -c', '65');
  await remove();
  await panel.getByText('conflict: unable to remove repository reference "busybox:latest"').waitFor();
  await panel.getByRole('button', { name: 'Dismiss: Removing busybox:latest' }).click();
  await typed('docker rm user; echo remo""ved', 'removed');
});

test('removes one after asking, and takes it back from a dropped file', async () => {
  await remove();
  await panel.getByText('No images yet').waitFor();
  await drop(page, saved);
  await panel.getByText('Loaded image: busybox:latest').waitFor();
  await image('busybox:latest').waitFor();
});

test('takes one from the dropped folder of an OCI layout', async () => {
  const layout = join(folder, 'layout');
  mkdirSync(layout);
  execFileSync('tar', ['-xf', saved, '-C', layout]);
  await remove();
  await panel.getByText('No images yet').waitFor();
  await drop(page, layout);
  await image('busybox:latest').waitFor();
});

test('says what is wrong with a file that is no archive, in text only', async () => {
  const file = join(folder, '<img src=x onerror=alert(1)>.tar');
  writeFileSync(file, 'nothing of the kind'.repeat(100));
  await drop(page, file);
  const card = panel.getByRole('listitem').filter({ hasText: '<img src=x onerror=alert(1)>.tar' });
  await card.getByRole('alert').waitFor();
  expect(await page.locator('img').count()).toBe(0);
  expect(machine.complaints).toEqual([]);
});
