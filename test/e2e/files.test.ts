/** Folders and the editor, with the real machine behind them. */
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
const folder = mkdtempSync(join(tmpdir(), 'bottleship-files-'));

beforeAll(async () => {
  machine = await openMachinePage();
  page = await machine.visit({ viewport: { width: 1280, height: 800 } });
  panel = page.getByRole('complementary', { name: 'Panel' });
  // A folder of the browser's own stands for one of the visitor's, which no test can choose.
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getDirectoryHandle('picked', { create: true });
    const write = async (name: string, text: string) => {
      const writable = await (await handle.getFileHandle(name, { create: true })).createWritable();
      await writable.write(text);
      await writable.close();
    };
    await write('Dockerfile', 'FROM busybox\n');
    await write('run.sh', '#!/bin/sh\necho from the host\n');
    Object.assign(window, {
      showDirectoryPicker: async () => handle,
      hostWrite: write,
      hostRead: async (name: string) => (await (await handle.getFileHandle(name)).getFile()).text(),
      hostNames: async () => {
        const names: string[] = [];
        for await (const name of handle.keys()) names.push(name);
        return names.sort();
      },
    });
  });
});

afterAll(async () => {
  await machine?.close();
  rmSync(folder, { recursive: true });
});

type Host = Record<'hostWrite' | 'hostRead' | 'hostNames', (...args: string[]) => Promise<unknown>>;

function host<T>(method: keyof Host, ...args: string[]): Promise<T> {
  return page.evaluate(([name, values]) => (window as unknown as Host)[name](...values) as Promise<T>, [
    method,
    args,
  ] as const);
}

async function typed(line: string, shown: string | RegExp): Promise<void> {
  await page.locator('.terminal-panel').first().click();
  await run(page, line, shown);
}

const row = (name: string) => panel.getByRole('treeitem', { name });
const editor = () => panel.getByRole('textbox', { name: 'Dockerfile' });

test('a folder is opened, and is in the machine', async () => {
  await page.keyboard.press('Control+Shift+ArrowDown');
  await panel.getByRole('tab', { name: 'Files' }).click();
  await panel.getByText('No files yet').waitFor();
  await panel.getByRole('button', { name: 'Open folder…' }).click();
  await panel.getByText('/root/work/picked in the machine').waitFor();
  await typed('cd /root/work/picked && cat Dockerfile && ./run.sh', 'from the host');
});

test('what the machine writes is the host’s, and shown', async () => {
  await typed(
    'echo gu""est > made; mkdir sub; echo in > sub/inner; ln -s made link; echo wri""tten',
    'written',
  );
  await expect.poll(() => host('hostNames')).toEqual(['Dockerfile', 'made', 'run.sh', 'sub']);
  await expect.poll(() => host('hostRead', 'made')).toBe('guest\n');
  await row('picked').click();
  await row('made').waitFor();
  await row('link').waitFor();
});

test('what the host writes is the machine’s, and shown', async () => {
  await host('hostWrite', 'made', 'from outside, and longer\n');
  await host('hostWrite', 'new', 'new\n');
  await row('new').waitFor();
  await typed('clear; cat made new', 'from outside, and longer');
  await shows(page, 'new');
});

test('programs do what they do: sed -i, append, truncate, lock files, rename over', async () => {
  await typed(
    'clear; sed -i s/outside/in""side/ made; echo more >> made; : > new; set -C; echo 1 > lock; (echo 2 > lock) 2>/dev/null || echo loc""ked; set +C; mv lock new; cat made new',
    /locked.*from inside, and longer.*more.*1/s,
  );
  await expect.poll(() => host('hostRead', 'made')).toBe('from inside, and longer\nmore\n');
  await expect.poll(() => host('hostNames')).toEqual(['Dockerfile', 'made', 'new', 'run.sh', 'sub']);
});

test('a container has it as a bind mount', async () => {
  await typed(
    'clear; docker run --rm -v "$PWD:/src" busybox sh -c "cat /src/sub/inner; echo con""tainer > /src/new"; cat new',
    'container',
  );
  await expect.poll(() => host('hostRead', 'new')).toBe('container\n');
});

test('the editor opens, marks what is not saved, and saves by key', async () => {
  await row('Dockerfile').click();
  await editor().waitFor();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('CMD ["edited"]');
  await panel.getByText('not saved').waitFor();
  await page.keyboard.press('Control+s');
  await expect.poll(() => panel.getByText('not saved').count()).toBe(0);
  await typed('clear; cat Dockerfile', 'CMD ["edited"]');
  await expect.poll(() => host('hostRead', 'Dockerfile')).toBe('FROM busybox\nCMD ["edited"]');
});

test('the editor follows the machine, and tells of two changes', async () => {
  await typed('clear; echo "FROM al""pine" > Dockerfile', '#');
  await editor().getByText('FROM alpine').waitFor();
  await editor().click();
  await page.keyboard.type('# mine');
  await typed('clear; echo "FROM deb""ian" > Dockerfile', '#');
  await panel.getByRole('button', { name: 'Take theirs' }).click();
  await editor().getByText('FROM debian').waitFor();
  await panel.getByRole('button', { name: 'Close the file' }).click();
});

test('files are made, renamed and removed', async () => {
  await row('sub').click();
  await panel.getByRole('button', { name: 'New file…' }).click();
  const dialog = page.getByRole('dialog', { name: 'New file' });
  await dialog.getByRole('textbox').fill('../x');
  await dialog.getByRole('button', { name: 'Make' }).click();
  await dialog.getByText('may not be').waitFor();
  await dialog.getByRole('textbox').fill('script.py');
  await page.keyboard.press('Enter');
  await panel.getByRole('textbox', { name: 'script.py' }).waitFor();
  await panel.getByRole('button', { name: 'Close the file' }).click();
  await row('script.py').focus();
  await page.keyboard.press('F2');
  await page.getByRole('dialog', { name: 'Rename' }).getByRole('textbox').fill('other.py');
  await page.keyboard.press('Enter');
  await row('other.py').waitFor();
  await row('other.py').focus();
  await page.keyboard.press('Delete');
  await page
    .getByRole('dialog', { name: 'Remove other.py?' })
    .getByRole('button', { name: 'Remove' })
    .click();
  await row('other.py').waitFor({ state: 'detached' });
  await typed('clear; ls sub | wc -l | sed s/^/n=/', 'n=1');
});

test('a build of the folder shows its steps, times, sizes, and what was cached', async () => {
  await typed(
    'clear; printf "FROM busybox\\nRUN echo step > /file\\nCOPY new /new\\n" > Dockerfile; docker build -q -t shown . | wc -c',
    /7\d/,
  );
  await panel.getByRole('tab', { name: 'Builds' }).click();
  const build = panel.getByRole('listitem').filter({ hasText: 'shown' }).first();
  await build.getByText(/RUN echo step > \/file/).waitFor();
  await expect.poll(() => build.innerText()).toMatch(/RUN echo step > \/file\s+\d+ B · \d+\.\d s/);
  await typed('clear; docker build -t shown . > /dev/null 2>&1; echo bu""ilt', 'built');
  await expect.poll(() => build.innerText()).toMatch(/steps? cached/);
  await typed(
    'clear; echo RUN false >> Dockerfile; docker build -t fails . > /dev/null 2>&1; echo code=$?',
    'code=1',
  );
  await panel.getByRole('listitem').filter({ hasText: 'fails' }).first().getByText('failed').waitFor();
  await page.keyboard.type(
    'clear; printf "FROM busybox\\nRUN echo wor""king; sleep 600\\n" | docker build -q -t endless -; echo code=$?\n',
  );
  const endless = panel.getByRole('listitem').filter({ hasText: 'endless' }).first();
  await endless.locator('pre', { hasText: 'working' }).waitFor();
  await endless.getByRole('button', { name: 'Cancel the build of endless' }).click();
  await endless.getByText('Canceled: context canceled').waitFor();
  await shows(page, 'code=1');
  await typed('clear; docker ps -q | wc -l | sed s/^/left=/', 'left=0');
  await panel.getByRole('tab', { name: 'Files' }).click();
});

test('a dropped folder that cannot be written to is copied', async () => {
  const context = join(folder, 'context');
  mkdirSync(join(context, 'src'), { recursive: true });
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\n');
  writeFileSync(join(context, 'src', '<b>.txt'), 'bold\n');
  // The browser’s own question, which no test can answer.
  await page.evaluate(() => {
    Object.assign(FileSystemHandle.prototype, { requestPermission: async () => 'denied' });
  });
  await drop(page, context);
  await panel.getByText('/root/work/context is a copy of 2 files').waitFor();
  await typed('clear; cat /root/work/context/src/*', 'bold');
  expect(await panel.locator('b', { hasText: '.txt' }).count()).toBe(0);
});

test('the browser’s own files are there after a reload, modes and links too', async () => {
  await typed(
    'clear; cd; echo x > work/keep; chmod 751 work/keep; ln -s keep work/l; sync work; echo sa""ved',
    'saved',
  );
  await page.reload();
  await shows(page, 'root@bottleship:~#');
  await typed('clear; docker ps -q; stat -c %a work/keep; readlink work/l; ls work', /751.*keep.*context/s);
  expect(machine.complaints).toEqual([]);
});

test('a build after a reload reads only what has changed of its context; steps and cache mounts are kept', async () => {
  const dockerfile =
    'FROM busybox\\nCOPY a /a\\nRUN --mount=type=cache,target=/c echo in $(ls /c); touch /c/kept\\n';
  const build =
    'docker build --progress=plain . 2>&1 | tee log | grep -c CACHED; grep context: log | tail -n 1';
  const types = 'docker system df -v --format "{{json .}}" | grep -o "source.local\\|exec.cachemount"';
  await typed(
    `clear; mkdir /root/work/app; cd /root/work/app; printf '${dockerfile}' > Dockerfile; head -c 5000 /dev/zero > a; echo log > .dockerignore`,
    '#',
  );
  await typed(`${build}; sync .; echo bu""ilt`, /0\s*#\d+ transferring context: 5\.\d+kB .*built/s);
  await typed(`clear; ${types}; echo be""fore`, /source\.local\s*exec\.cachemount\s*before/);
  await page.reload();
  await shows(page, 'root@bottleship:~#');
  await typed(
    `cd /root/work/app; echo new > b; ${build}; echo ag""ain`,
    /2\s*#\d+ transferring context: 4B .*again/s,
  );
  await typed(`clear; ${types}; echo af""ter`, /source\.local\s*exec\.cachemount\s*after/);
  const cached = 'docker build --no-cache --progress=plain . 2>&1 | grep "[0-9] in"';
  await typed(`clear; ${cached}`, /\d in kept/);
  await typed(
    `clear; docker builder prune -af | tail -n 1; ${cached}; ${types}`,
    /\d in(?! kept).*exec\.cachemount/s,
  );
  await page.reload();
  await shows(page, 'root@bottleship:~#');
  await typed(`docker builder prune -af | tail -n 1; ${types}; echo go""ne`, /B\s*gone/);
  expect(machine.complaints).toEqual([]);
});
