import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { IndexedDbContentStore } from '../../content/indexeddbstore.ts';
import { LocalLocks } from '../../content/locallocks.ts';
import { IndexedDbIndexCache } from '../../layers/indexcache.ts';
import { LayersRoot } from '../../layers/layersroot.ts';
import { LayerStore } from '../../layers/layerstore.ts';
import { rawTar } from '../../layers/tarfixture.suite.ts';
import type { BuildFiles } from '../../protocol/engine-api.ts';
import { deferred } from '../deferred.ts';
import type { Engine } from '../engine.ts';
import { FakeAgent } from '../fake-agent.suite.ts';
import { FakeRegistry } from '../fake-registry.suite.ts';
import { create, drain } from '../fixture.suite.ts';
import { ServedLayers } from '../layers.ts';
import { IndexedDbMetadataStore } from '../metadata/indexeddb.ts';
import { openEngine } from '../open.ts';
import { StaticRegistry } from './staticregistry.ts';

const layer = (content: string) => new Uint8Array(rawTar({ name: content, data: content }));

/** A browser whose tabs are engines in this process. */
class Browser {
  readonly registry = new FakeRegistry();
  readonly locks = new LocalLocks();
  readonly #name = `browser-${Math.random()}`;
  /** Called before the registry answers. */
  before: (path: string) => Promise<void> = () => Promise.resolve();

  readonly content = new IndexedDbContentStore(`${this.#name}-content`, { locks: this.locks });

  async open(): Promise<Engine> {
    const content = new IndexedDbContentStore(`${this.#name}-content`, { locks: this.locks });
    const store = new LayerStore(content, new IndexedDbIndexCache(`${this.#name}-indexes`));
    return openEngine({
      agent: new FakeAgent(),
      machine: { memory: 256 << 20, kernel: '6.12.0', hostname: 'bottle' },
      metadata: new IndexedDbMetadataStore(`${this.#name}-metadata`),
      content,
      layers: new ServedLayers(store, content, new LayersRoot(), this.locks),
      source: new StaticRegistry({
        fetch: async (path) => {
          await this.before(path);
          return this.registry.fetch(path);
        },
        address: 'registry/',
        indexes: ['index.json'],
      }),
    });
  }

  async layers(): Promise<number> {
    return (await this.content.list()).length;
  }

  blobs(): string[] {
    return this.registry.requests.filter((path) => path.startsWith('blobs/'));
  }
}

async function browser(): Promise<Browser> {
  const made = new Browser();
  const shared = layer('shared');
  const config = { Cmd: ['sh'] };
  await made.registry.add({
    name: 'docker.io/library/busybox:latest',
    config,
    layers: [shared, layer('one')],
  });
  await made.registry.add({ name: 'docker.io/library/other:latest', config, layers: [shared, layer('two')] });
  return made;
}

async function pull(engine: Engine, image: string): Promise<string[]> {
  const messages = await drain(await engine.imageCreate({ fromImage: image, tag: 'latest' }));
  return messages.flatMap(({ error, status }) => error ?? status ?? []);
}

const names = async (engine: Engine) =>
  (await engine.imageList()).flatMap(({ RepoTags }) => RepoTags ?? []).sort();

test('what one tab pulls and removes the other one sees', async () => {
  const { here, there } = await twoTabs(await browser());
  await pull(here, 'busybox');
  await expect.poll(() => names(there)).toEqual(['busybox:latest']);
  await here.imageTag('busybox', { repo: 'mine', tag: '1' });
  await expect.poll(() => names(there)).toEqual(['busybox:latest', 'mine:1']);
  await there.imageDelete('mine:1', {});
  await there.imageDelete('busybox', {});
  await expect.poll(() => names(here)).toEqual([]);
});

async function twoTabs(browser: Browser): Promise<{ here: Engine; there: Engine }> {
  const [here, there] = [await browser.open(), await browser.open()];
  return { here, there };
}

test('two tabs that pull one image at once fetch each layer once', async () => {
  const shared = await browser();
  const { here, there } = await twoTabs(shared);
  await Promise.all([pull(here, 'busybox'), pull(there, 'busybox')]);
  expect(await shared.layers()).toBe(2);
  const layerBlobs = shared.blobs().filter((path) => shared.registry.files.get(path)?.[0] === 0x1f);
  expect(layerBlobs).toHaveLength(2);
});

test('a layer is not taken from a container of another tab, and goes when nobody uses it', async () => {
  const shared = await browser();
  const { here, there } = await twoTabs(shared);
  await pull(here, 'busybox');
  await expect.poll(() => names(there)).toEqual(['busybox:latest']);
  const container = await create(there);
  await here.imageDelete('busybox', {});
  expect(await shared.layers()).toBe(2);
  await here.sweep(-1000);
  expect(await shared.layers()).toBe(2);
  await there.containerDelete(container, { force: true });
  // The other tab holds its layers for as long as it is there; after that its own sweep, or the next tab's, takes them.
  await there.sweep(-1000);
  expect(await shared.layers()).toBe(0);
});

test('a layer that a pull counts on stays when its image is removed meanwhile, here or there', async () => {
  for (const remover of ['here', 'there'] as const) {
    const shared = await browser();
    const tabs = await twoTabs(shared);
    await pull(tabs.here, 'busybox');
    await expect.poll(() => names(tabs[remover])).toEqual(['busybox:latest']);
    const held = deferred();
    const isLayer = (path: string) => shared.registry.files.get(path)?.[0] === 0x1f;
    const asked = new Promise<void>((resolve) => {
      shared.before = async (path) => {
        if (!isLayer(path)) return;
        resolve();
        await held.promise;
      };
    });
    const pulling = pull(tabs.here, 'other');
    await asked;
    await tabs[remover].imageDelete('busybox', {});
    held.resolve();
    expect(await pulling).toContain('Status: Downloaded newer image for other:latest');
    expect(await shared.layers()).toBe(remover === 'here' ? 2 : 3);
    await tabs.here.sweep(-1000);
    expect(await shared.layers()).toBe(2);
    const container = await create(tabs.here, { Image: 'other' });
    await tabs.here.containerStart(container);
  }
});

async function* importedTar(): AsyncGenerator<Uint8Array> {
  yield layer('imported');
}

test('a committed image’s layer stays with it, also when one just like it is removed', async () => {
  const shared = await browser();
  const here = await shared.open();
  const both = await Promise.all([
    here.imageImport(importedTar(), { repo: 'a' }),
    here.imageImport(importedTar(), { repo: 'b', message: 'another config' }),
  ]);
  expect(both).toHaveLength(2);
  await here.imageDelete('a', {});
  expect(await shared.layers()).toBe(1);
  await here.imageDelete('b', {});
  expect(await shared.layers()).toBe(0);
});

test('a pull that its reader leaves stops, and what had come is not asked for again', async () => {
  const shared = await browser();
  const here = await shared.open();
  let layersAsked = 0;
  const gone = deferred();
  shared.before = async (path) => {
    if (shared.registry.files.get(path)?.[0] === 0x1f && (layersAsked += 1) === 2) await gone.promise;
  };
  const messages = (await here.imageCreate({ fromImage: 'busybox', tag: 'latest' }))[Symbol.asyncIterator]();
  await messages.next();
  await expect.poll(() => layersAsked).toBe(2);
  const ended = messages.return?.();
  gone.resolve();
  await ended;
  await expect.poll(() => shared.layers()).toBe(1);
  expect(await names(here)).toEqual([]);
  expect(await pull(here, 'busybox')).toContain('Already exists');
});

test('what a tab left behind that was closed at work is swept up after a while', async () => {
  const shared = await browser();
  const here = await shared.open();
  await pull(here, 'busybox');
  const orphan = await shared.content.writer();
  await orphan.write(layer('orphan'));
  await orphan.commit();
  await here.sweep();
  expect(await shared.layers()).toBe(3);
  await here.sweep(-1000);
  expect(await shared.layers()).toBe(2);
  expect(await pull(here, 'busybox')).toContain('Status: Image is up to date for busybox:latest');
});

const encode = (text: string | undefined) => new TextEncoder().encode(text);

/** A directory whose files come when they may. */
function directory(key: string, texts: Record<string, string>, mayRead = Promise.resolve()): BuildFiles {
  const about = { kind: 'file' as const, mode: 0o644, mtime: 1, link: '', major: 0, minor: 0 };
  return {
    key,
    find: (path) => Promise.resolve(texts[path] === undefined ? undefined : encode(texts[path])),
    async *list() {
      for (const [path, text] of Object.entries(texts))
        yield await Promise.resolve({ ...about, path, size: text.length, version: text, identity: path });
    },
    async *read(files) {
      await mayRead;
      for (const file of files) yield { file, content: new Blob([encode(texts[file.path])]).stream() };
    },
  };
}

test.each(['another', 'its own'])(
  'a build goes on while %s tab prunes all that builds have kept',
  async (tab) => {
    const there = await browser();
    const here = await there.open();
    const pruned = deferred();
    const Dockerfile = 'FROM scratch\nCOPY a /a\nCOPY --from=other b /b\nCOPY c /c\n';
    const context = { files: directory('/context', { Dockerfile, a: 'a', c: 'c' }) };
    const other = { files: directory('/other', { b: 'b' }, pruned.promise) };
    const ended = drain(await here.imageSolve({ context, contexts: { other } }));
    // The context's contents, and the first step's layer, which is in the cache.
    await expect.poll(async () => (await here.diskUsage(['build-cache'])).BuildCache).toHaveLength(2);
    const pruning = tab === 'another' ? await there.open() : here;
    expect((await pruning.buildPrune({ all: true })).CachesDeleted).not.toBeNull();
    pruned.resolve();
    expect((await ended).at(-1)).toMatchObject({ image: expect.stringMatching(/^sha256:/) });
  },
);
