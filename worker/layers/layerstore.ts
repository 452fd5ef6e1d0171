import type { ContentStore, Expected } from '../content/contentstore.ts';
import { contentOf } from '../content/ingest.ts';
import { Verifier } from '../content/verifier.ts';
import type { DiffId } from '../oci/diffid.ts';
import { parseDiffId } from '../oci/diffid.ts';
import { parseDigest } from '../oci/digest.ts';
import type { Compression } from '../oci/mediatype.ts';
import { decompressed } from './decompress.ts';
import type { IndexCache } from './indexcache.ts';
import { LayerIndex } from './layerindex.ts';
import { LayerIndexer } from './layerindexer.ts';
import type { Layer } from './layertree.ts';

/** A layer as a registry describes it. */
export interface PackedLayer {
  /** Digest and size of the packed bytes. */
  readonly packed: Expected;
  readonly compression: Compression;
  /** What the image config says the unpacked tar is. */
  readonly diffId: DiffId;
}

/** Layers, unpacked, by diffID: what the 9P server reads. */
export class LayerStore {
  readonly #content: ContentStore;
  readonly #indexes: IndexCache;

  constructor(content: ContentStore, indexes: IndexCache) {
    this.#content = content;
    this.#indexes = indexes;
  }

  /**
   * Takes a layer in as it comes from the network: in one pass it is checked as packed, unpacked, checked against its
   * diffID, kept and indexed. Fails with `invalid` when it is not what was promised; then nothing is left of it.
   */
  async ingest(
    source: AsyncIterable<Uint8Array>,
    { packed, compression, diffId }: PackedLayer,
  ): Promise<Layer> {
    const verified = checked(source, await Verifier.create(packed));
    const { layer } = await this.#take(decompressed(verified, compression), { digest: parseDigest(diffId) });
    return layer;
  }

  /** Takes a new layer in, an unpacked tar, and says what its diffID is. */
  create(source: AsyncIterable<Uint8Array>): Promise<{ diffId: DiffId; layer: Layer }> {
    return this.#take(source, {});
  }

  async #take(tar: AsyncIterable<Uint8Array>, expected: Expected): Promise<{ diffId: DiffId; layer: Layer }> {
    const indexer = new LayerIndexer();
    const writer = await this.#content.writer(expected);
    try {
      for await (const chunk of tar) {
        indexer.write(chunk);
        await writer.write(chunk);
      }
      const index = indexer.finish();
      const diffId = parseDiffId((await writer.commit()).digest);
      return { diffId, layer: await this.#keep(diffId, index) };
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  /** A layer that was taken in before. Fails with `not-found`. */
  async open(diffId: DiffId): Promise<Layer> {
    const tar = await this.#content.reader(parseDigest(diffId));
    const known = await this.#indexes.get(diffId);
    if (known !== undefined) return { index: new LayerIndex(known), tar };
    return this.#keep(diffId, await this.#index(diffId));
  }

  /** Fails with `not-found`. */
  async delete(diffId: DiffId): Promise<void> {
    await this.#indexes.delete(diffId);
    await this.#content.delete(parseDigest(diffId));
  }

  async #index(diffId: DiffId): Promise<LayerIndex> {
    const indexer = new LayerIndexer();
    for await (const chunk of contentOf(this.#content, parseDigest(diffId))) indexer.write(chunk);
    return indexer.finish();
  }

  async #keep(diffId: DiffId, index: LayerIndex): Promise<Layer> {
    await this.#indexes.set(diffId, index.data);
    return { index, tar: await this.#content.reader(parseDigest(diffId)) };
  }
}

async function* checked(source: AsyncIterable<Uint8Array>, verifier: Verifier): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    verifier.update(chunk);
    yield chunk;
  }
  verifier.finish();
}
