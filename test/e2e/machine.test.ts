/** The page as it ships, with the real machine behind it. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openMachinePage, patience, run, screen, shows } from './machine-page.ts';
import type { MachinePage } from './machine-page.ts';

let machine: MachinePage;

beforeAll(async () => {
  machine = await openMachinePage();
});

afterAll(() => machine?.close());
afterEach(() => machine?.leave());

test('hello-world says hello', async () => {
  const page = await machine.visit();
  await run(page, 'docker run --rm hello-world', 'Hello from Docker!');
  expect(machine.complaints).toEqual([]);
});

test('a shell in a container: its own processes, its exit code', async () => {
  const page = await machine.visit();
  await run(page, 'docker run -it --rm -h inner busybox sh', '/ #');
  await run(page, 'echo "$(hostname)-$((40+2)) $(ps | wc -l)"', /inner-42 [345]/);
  await run(page, 'exit 9', /~# *$/);
  await run(page, 'echo code=$?', 'code=9');
});

test('Ctrl-C ends what runs in a container', async () => {
  const page = await machine.visit();
  // As a container's first process it would not be ended by a signal it has no handler for.
  await run(page, 'docker run -it --rm --init busybox sh -c "echo be\'\'gun; sleep 1000"', 'begun');
  await page.keyboard.press('Control+c');
  await shows(page, /\^Croot@bottleship:~#/);
  await run(page, 'echo code=$?', 'code=130');
});

test('two terminals have sizes of their own, and a resize reaches the program', async () => {
  const page = await machine.visit();
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
  const page = await machine.visit();
  await run(page, 'docker run --rm busybox echo fir""st', 'first');
  const asked: string[] = [];
  machine.server.on('request', (request) => asked.push(String(request.url)));
  await page.reload();
  await shows(page, 'root@bottleship:~#');
  await run(page, 'docker run --rm busybox echo sec""ond', 'second');
  expect(asked.filter((url) => url.includes('registry'))).toEqual([]);
  expect(asked.some((url) => url.includes('machine.json'))).toBe(true);
});

test('a reset wipes what is kept', async () => {
  const page = await machine.visit();
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
