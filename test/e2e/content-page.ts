/** In the browser: content stores in its IndexedDB, driven from the test by number. */
import type { BlobReader } from '../../worker/content/blobreader.ts';
import type { ContentStore, ContentWriter } from '../../worker/content/contentstore.ts';
import { IndexedDbContentStore } from '../../worker/content/indexeddbstore.ts';
import { errorKind } from '../../worker/oci/errors.ts';
import { parseDigest } from '../../worker/oci/digest.ts';

export type Outcome = { value: unknown } | { kind: string; message: string };

const stores = new Map<string, ContentStore>();
const held: (ContentWriter | BlobReader)[] = [];

function store(name: string, chunkSize: number): ContentStore {
  const found = stores.get(name) ?? new IndexedDbContentStore(name, { chunkSize });
  stores.set(name, found);
  return found;
}

const calls: Record<string, (...args: never[]) => Promise<unknown>> = {
  info: (name: string, chunkSize: number, digest: string) => store(name, chunkSize).info(parseDigest(digest)),
  list: (name: string, chunkSize: number) => store(name, chunkSize).list(),
  delete: (name: string, chunkSize: number, digest: string) =>
    store(name, chunkSize).delete(parseDigest(digest)),
  reader: async (name: string, chunkSize: number, digest: string) => {
    const reader = await store(name, chunkSize).reader(parseDigest(digest));
    return { number: held.push(reader) - 1, size: reader.size };
  },
  read: async (number: number, offset: number, length: number) => [
    ...(await (held[number] as BlobReader).read(offset, length)),
  ],
  writer: async (name: string, chunkSize: number, expected: { digest?: string; size?: number }) => {
    const { digest, ...size } = expected;
    const wanted = digest === undefined ? size : { ...size, digest: parseDigest(digest) };
    return held.push(await store(name, chunkSize).writer(wanted)) - 1;
  },
  write: (number: number, bytes: number[]) => (held[number] as ContentWriter).write(Uint8Array.from(bytes)),
  commit: (number: number) => (held[number] as ContentWriter).commit(),
  abort: (number: number) => (held[number] as ContentWriter).abort(),
};

async function call(name: string, args: unknown[]): Promise<Outcome> {
  try {
    const method = calls[name] as (...args: unknown[]) => Promise<unknown>;
    return { value: await method(...args) };
  } catch (error) {
    return { kind: errorKind(error), message: error instanceof Error ? error.message : String(error) };
  }
}

Object.assign(globalThis, { call });
