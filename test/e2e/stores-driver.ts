/** Stores and locks of a page in the browser, as ones here. */
import { resolve } from 'node:path';
import { build } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import type { ContentInfo, ContentStore, ContentWriter } from '../../worker/content/contentstore.ts';
import type { Locks, Release } from '../../worker/content/locks.ts';
import type { MetadataStore } from '../../worker/engine/metadata/store.ts';
import type { IndexCache } from '../../worker/layers/indexcache.ts';
import type { LayerIndexData } from '../../worker/layers/layerindex.ts';
import type { Digest } from '../../worker/oci/digest.ts';
import type { ErrorKind } from '../../worker/oci/errors.ts';
import { BottleshipError } from '../../worker/oci/errors.ts';
import type { Outcome } from './stores-page.ts';
import { decode, encode } from './wire.ts';

export class StoresPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** A page of an origin that is nobody's. */
  static async open(context: BrowserContext): Promise<StoresPage> {
    const page = await context.newPage();
    // Locks are for secure contexts, which names of this machine are.
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.goto('http://127.0.0.1:1/');
    await page.addScriptTag({ content: await script() });
    return new StoresPage(page);
  }

  async call<T>(name: string, ...args: unknown[]): Promise<T> {
    const text = await this.page.evaluate(
      ([method, values]) =>
        (globalThis as unknown as { call(name: string, args: string): Promise<string> }).call(method, values),
      [name, encode(args)] as const,
    );
    const outcome = decode(text) as Outcome;
    if ('kind' in outcome) throw new BottleshipError(outcome.kind as ErrorKind, outcome.message);
    return outcome.value as T;
  }

  content(name: string, chunkSize: number): ContentStore {
    return {
      info: (digest) => this.call('info', name, chunkSize, digest),
      list: () => this.call('list', name, chunkSize),
      settled: (age) => this.call('settled', name, chunkSize, age),
      sweep: (age) => this.call('sweep', name, chunkSize, age),
      room: () => this.call('room', name, chunkSize),
      delete: (digest) => this.call('delete', name, chunkSize, digest),
      reader: (digest) => this.#reader(name, chunkSize, digest),
      writer: async (expected = {}, ref) =>
        this.#writer(await this.call('writer', name, chunkSize, expected, ref)),
    };
  }

  metadata(name: string): MetadataStore {
    return {
      get: (key) => this.call('metadataGet', name, key),
      set: (key, value) => this.call('metadataSet', name, key, value),
      delete: (key) => this.call('metadataDelete', name, key),
      entries: (prefix) => this.call('metadataEntries', name, prefix),
      onForeignChange: (listener) => void this.#listen(name, listener),
    };
  }

  indexes(name: string): IndexCache {
    return {
      get: (diffId) => this.call<LayerIndexData | undefined>('indexGet', name, diffId),
      set: (diffId, index) => this.call('indexSet', name, diffId, index),
      delete: (diffId) => this.call('indexDelete', name, diffId),
    };
  }

  locks(): Locks {
    const releaser = (number: number): Release => {
      return () => this.call('unlock', number);
    };
    return {
      shared: async (name) => releaser(await this.call('lock', 'shared', name)),
      exclusive: async (name) => releaser(await this.call('lock', 'exclusive', name)),
      tryExclusive: async (name) => {
        const number = await this.call<number | undefined>('lock', 'tryExclusive', name);
        return number === undefined ? undefined : releaser(number);
      },
    };
  }

  /** Functions given to a page may be called from there. */
  async #listen(name: string, listener: (key: string) => void): Promise<void> {
    const callback = `foreign${Math.random().toString(36).slice(2)}`;
    await this.page.exposeFunction(callback, listener);
    await this.call('metadataListen', name, callback);
  }

  async #reader(name: string, chunkSize: number, digest: Digest) {
    const { number, size } = await this.call<{ number: number; size: number }>(
      'reader',
      name,
      chunkSize,
      digest,
    );
    return {
      size,
      read: (offset: number, length: number) => this.call<Uint8Array>('read', number, offset, length),
    };
  }

  #writer({ number, offset }: { number: number; offset: number }): ContentWriter {
    const call = <T>(name: string, ...args: unknown[]) => this.call<T>(name, number, ...args);
    return {
      offset,
      async *stored() {
        yield* await call<Uint8Array[]>('stored');
      },
      write: (chunk) => call('write', chunk),
      commit: () => call<ContentInfo>('commit'),
      suspend: () => call('suspend'),
      abort: () => call('abort'),
    };
  }
}

let bundled: Promise<string> | undefined;

function script(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<string> {
  const entry = resolve(import.meta.dirname, 'stores-page.ts');
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife' });
  return outputFiles[0]?.text ?? '';
}
