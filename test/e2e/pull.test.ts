/** Pulling from a real registry in a real browser: reloads, closed tabs, several tabs, full disks, lies. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createStaticServer, listen } from '../../scripts/static-server.ts';
import { rawTar } from '../../worker/layers/tarfixture.suite.ts';
import { isThere } from '../api/clients.ts';
import { busyboxLayer, registryOf } from '../boot/image-registry.ts';
import { TestRegistry } from '../registry/docker-registry.ts';
import { copyToRegistry } from '../registry/images.ts';
import { RegistryFront } from '../registry/registry-front.ts';
import { launchBrowser } from './browser.ts';
import { patience, run, shows, type } from './machine-page.ts';

const root = join(import.meta.dirname, '../../dist/web');
const needed = (['docker-registry', 'skopeo'] as const).every(isThere);

/** What one layer's blob is, as the registry has it. */
interface Blob {
  readonly digest: string;
  readonly size: number;
}

describe.skipIf(!needed)('from a registry', () => {
  let registry: TestRegistry;
  let front: RegistryFront;
  let server: Server;
  let address: string;
  let browser: Browser;
  let context: BrowserContext;
  let layers: Blob[];

  beforeAll(async () => {
    registry = await TestRegistry.start();
    server = createStaticServer(root);
    [address, browser, layers] = await Promise.all([
      listen(server, 0).then((port) => `http://127.0.0.1:${port}/`),
      // Chromium tells every page of 10 GB, whatever there is, unless this is off.
      launchBrowser(['--disable-features=StaticStorageQuota']),
      fill(registry),
    ]);
  });

  afterAll(async () => {
    await browser?.close();
    await registry?.stop();
    server?.closeAllConnections();
    await new Promise((closed) => server?.close(closed));
  });

  beforeEach(async () => {
    front = await RegistryFront.start(registry.host);
    context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
    context.setDefaultTimeout(patience);
  });

  afterEach(async () => {
    await context.close();
    await front.stop();
  });

  async function visit(): Promise<Page> {
    const page = await context.newPage();
    await page.goto(address);
    await shows(page, 'root@bottleship:~#');
    return page;
  }

  const image = () => `${front.host}/big`;
  const big = () => layers[1] as Blob;

  test('what was pulled runs after a reload with the network cut, and asks for nothing', async () => {
    const page = await visit();
    await run(page, `docker pull -q ${image()}`, `${front.host}/big:latest`);
    expect(layers.map(({ digest }) => front.blobs(digest).length)).toEqual([1, 1, 1]);
    await page.reload();
    await shows(page, 'root@bottleship:~#');
    await context.setOffline(true);
    const asked = front.asked.length;
    await run(page, `docker run --rm ${image()} sh -c 'wc -c < /data/1; cat /last'`, '8000000');
    await shows(page, 'the top layer');
    expect(front.asked.length).toBe(asked);
  });

  test('a tab that is closed in the middle of a pull has kept what had come', async () => {
    front.stallsAfter = 5_000_000;
    const page = await visit();
    await type(page, `docker pull ${image()}`);
    await expect.poll(() => front.blobs(big().digest).length, { timeout: patience }).toBe(1);
    await expect.poll(() => keptBytes(page), { timeout: patience }).toBeGreaterThan(4_000_000);
    // The other layers are small, but come when they come.
    await expect.poll(() => leftovers(page), { timeout: patience }).toMatchObject({ blobs: 2 });
    await page.close();
    front.stallsAfter = Infinity;
    const again = await visit();
    await run(again, `docker run --rm ${image()} cat /last`, 'the top layer');
    const ranges = front.blobs(big().digest).map(({ range }) => range);
    expect(ranges).toHaveLength(2);
    const from = Number(/^bytes=(\d+)-$/.exec(ranges[1] ?? '')?.[1]);
    expect(from).toBeGreaterThan(4_000_000);
    expect(from).toBeLessThanOrEqual(5_000_000);
    // The other layers had come as a whole and were not asked for again.
    expect(layers.map(({ digest }) => front.blobs(digest).length)).toEqual([1, 2, 1]);
    await expect.poll(() => leftovers(again), { timeout: patience }).toEqual({ ingests: 0, blobs: 3 });
  });

  test('two tabs pull at once, each layer once; what one removes the other goes on using', async () => {
    const [here, there] = [await visit(), await visit()];
    await type(here, `docker pull -q ${image()}; echo do""ne here`);
    await there.bringToFront();
    await type(there, `docker pull -q ${image()}; echo do""ne there`);
    await Promise.all([shows(here, 'done here'), shows(there, 'done there')]);
    expect(layers.map(({ digest }) => front.blobs(digest).length)).toEqual([1, 1, 1]);
    await run(there, `docker create --name box ${image()} cat /last; echo crea""ted`, 'created');
    await here.bringToFront();
    await run(here, `docker rmi ${image()}; docker images -q | wc -l | sed s/^/left=/`, 'left=0');
    await there.bringToFront();
    await run(there, 'docker images -q | wc -l | sed s/^/there=/', 'there=0');
    await run(there, 'docker start -a box', 'the top layer');
    await run(here, `clear; docker pull -q ${image()}; echo aga""in`, 'again');
    await there.bringToFront();
    await run(there, `docker run --rm ${image()} sh -c 'echo bo""th'`, 'both');
  });

  /** The browser looks only now and then how much there is left; so it is told before anything is stored. */
  async function limitStorage(quotaSize: number): Promise<() => Promise<unknown>> {
    const before = await context.newPage();
    await before.goto(`${address}licenses.txt`);
    const devtools = await context.newCDPSession(before);
    const origin = new URL(address).origin;
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize });
    return () => devtools.send('Storage.overrideQuotaForOrigin', { origin });
  }

  test('what evidently cannot fit is refused with both figures before a layer is fetched', async () => {
    await limitStorage(8_000_000);
    const page = await visit();
    await run(page, `clear; docker pull ${image()}; echo co""de=$?`, 'code=1');
    // Lines are cut where the terminal ends.
    await shows(
      page,
      /no space left on device: .*needs more than 1[678](\.\d+)?MB, and there is room for [0-7](\.\d+)?MB/s,
    );
    expect(layers.map(({ digest }) => front.blobs(digest).length)).toEqual([0, 0, 0]);
    expect(await leftovers(page)).toEqual({ ingests: 0, blobs: 0 });
  });

  test('a full disk fails the pull in words, and loses nothing else', async () => {
    // Enough for the layers as they are packed, and not for what is kept while they are unpacked.
    const unlimit = await limitStorage(20_000_000);
    const page = await visit();
    await run(page, 'docker run --rm hello-world | head -n 2', 'Hello from Docker!');
    await run(page, `clear; docker pull ${image()}; echo co""de=$?`, 'code=1');
    await shows(page, 'no space left on device');
    await expect.poll(() => leftovers(page), { timeout: patience }).toMatchObject({ ingests: 0 });
    await run(page, 'clear; docker run --rm hello-world | head -n 2', 'Hello from Docker!');
    await page.close();
    await unlimit();
    const roomy = await visit();
    await run(roomy, `docker run --rm ${image()} cat /last`, 'the top layer');
    await run(roomy, 'clear; docker run --rm hello-world | head -n 2', 'Hello from Docker!');
  });

  test('a layer that is not what it should be is refused in words, and nothing is left of it', async () => {
    const page = await visit();
    const { digest } = big();
    const ofBig =
      (change: (body: Buffer) => Buffer): RegistryFront['tamper'] =>
      (path, body) =>
        path.endsWith(digest) ? change(body) : undefined;
    const lies: [RegExp, RegistryFront['tamper']][] = [
      [/verification failed|broken gzip data/, ofBig(flip)],
      [/expected \d+ bytes, got|broken gzip data/, ofBig((body) => body.subarray(0, -100))],
      [/expected \d+ bytes, got more/, inManifest(digest, (size) => size - 1)],
      [/expected \d+ bytes, got \d+/, inManifest(digest, (size) => size + 1)],
    ];
    for (const [text, tamper] of lies) {
      front.tamper = tamper;
      await run(page, `clear; docker pull ${image()}; echo co""de=$?`, 'code=1');
      await shows(page, text);
      // The other layers were good and may be of use.
      await expect.poll(() => leftovers(page), { timeout: patience }).toEqual({ ingests: 0, blobs: 2 });
    }
    front.tamper = () => undefined;
    await run(page, `clear; docker run --rm ${image()} cat /last`, 'the top layer');
  });
});

function flip(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  changed[bytes.length >> 1] = (changed[bytes.length >> 1] ?? 0) ^ 1;
  return changed;
}

/** Says something else of a layer in manifests. */
function inManifest(digest: string, size: (real: number) => number): RegistryFront['tamper'] {
  return (path, body) => {
    if (!path.includes('/manifests/')) return undefined;
    const manifest = JSON.parse(body.toString()) as { layers: { size: number; digest: string }[] };
    for (const layer of manifest.layers) if (layer.digest === digest) layer.size = size(layer.size);
    return Buffer.from(JSON.stringify(manifest));
  };
}

/** An image of three layers in the registry: busybox, two files of random bytes, and a small file. */
async function fill(registry: TestRegistry): Promise<Blob[]> {
  const files = [1, 2].map((number) => ({ name: `data/${number}`, data: randomBytes(8_000_000) }));
  const layers = [busyboxLayer(), rawTar(...files), rawTar({ name: 'last', data: 'the top layer\n' })];
  const folder = mkdtempSync(join(tmpdir(), 'big-'));
  try {
    for (const [path, bytes] of registryOf('big', layers)) {
      const file = join(folder, path.replace(/^registry\//, ''));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
    const digest = manifestDigest(registryOf('big', layers));
    await copyToRegistry(registry, { folder, digest }, 'big:latest');
  } finally {
    rmSync(folder, { recursive: true });
  }
  const response = await fetch(registry.url('big/manifests/latest'), {
    headers: { Accept: 'application/vnd.oci.image.manifest.v1+json' },
  });
  return ((await response.json()) as { layers: Blob[] }).layers;
}

function manifestDigest(files: ReadonlyMap<string, Uint8Array>): string {
  const index = files.get('registry/index.json') ?? new Uint8Array();
  const { manifests } = JSON.parse(Buffer.from(index).toString()) as { manifests: { digest: string }[] };
  return manifests[0]?.digest ?? createHash('sha256').digest('hex');
}

/** Keys of everything in the content store. */
function keys(page: Page): Promise<unknown[][]> {
  return page.evaluate(async () => {
    const opening = indexedDB.open('bottleship-content');
    const database = await new Promise<IDBDatabase>((resolve) => {
      opening.addEventListener('success', () => resolve(opening.result));
    });
    const asking = database.transaction('content').objectStore('content').getAllKeys();
    const found = await new Promise<IDBValidKey[]>((resolve) => {
      asking.addEventListener('success', () => resolve(asking.result));
    });
    database.close();
    return found as unknown[][];
  });
}

/** What there is of blobs, and of what is neither one nor a chunk of one. */
async function leftovers(page: Page): Promise<{ ingests: number; blobs: number }> {
  const all = await keys(page);
  const count = (kind: string) => all.filter(([first]) => first === kind).length;
  return { ingests: count('ingest'), blobs: count('blob') };
}

/** Bytes that the largest of the ingests has so far. */
async function keptBytes(page: Page): Promise<number> {
  const all = await keys(page);
  const counts = all
    .filter(([kind]) => kind === 'ingest')
    .map(([, id]) => all.filter(([kind, of]) => kind === 'chunk' && of === id).length);
  return Math.max(0, ...counts) * 2 ** 20;
}
