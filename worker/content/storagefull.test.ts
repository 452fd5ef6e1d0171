import 'fake-indexeddb/auto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { IndexedDbMetadataStore } from '../engine/metadata/indexeddb.ts';
import { IndexedDbIndexCache } from '../layers/indexcache.ts';
import { indexTar } from '../layers/layerindexer.ts';
import { rawTar } from '../layers/tarfixture.suite.ts';
import { parseDiffId } from '../oci/diffid.ts';
import { errorMessage } from '../oci/errors.ts';
import { ingest } from './ingest.ts';
import { IndexedDbContentStore } from './indexeddbstore.ts';
import { StorageFullError } from './storagefull.ts';

const layer = rawTar({ name: 'a', data: 'content of a' });

/** Everything that is written to IndexedDB while an image comes in. */
const writes: Readonly<Record<string, () => Promise<unknown>>> = {
  'a blob': () => ingest(new IndexedDbContentStore('full-content'), layer),
  'an index': () =>
    new IndexedDbIndexCache('full-indexes').set(
      parseDiffId(`sha256:${'1'.repeat(64)}`),
      indexTar(layer).data,
    ),
  'a record': () => new IndexedDbMetadataStore('full-metadata').set('image:1', {}),
};

describe('a full disk, of which the browser says nothing but the name', () => {
  afterEach(() => void vi.restoreAllMocks());

  test.each(Object.keys(writes))('is told in words when %s is written', async (what) => {
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('', 'QuotaExceededError');
    });
    const error = await writes[what]?.().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StorageFullError);
    expect(errorMessage(error)).toMatch(/^no space left on device: /);
  });
});

test('an error without a text is told by its name', () => {
  expect(errorMessage(new DOMException('', 'UnknownError'))).toBe('UnknownError');
});
