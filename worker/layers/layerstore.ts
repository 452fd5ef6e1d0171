import type { ContentStore, Expected } from '../content/contentstore.ts';
import { contentOf } from '../content/ingest.ts';
import { Verifier } from '../content/verifier.ts';
import { StorageFullError } from '../content/storagefull.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { DiffId } from '../oci/diffid.ts';
import { parseDiffId } from '../oci/diffid.ts';
import { parseDigest } from '../oci/digest.ts';
import { errorKind } from '../oci/errors.ts';
import type { Compression } from '../oci/mediatype.ts';
import { decompressed } from './decompress.ts';
import type { OpenBlob } from './download.ts';
import { Download } from './download.ts';
import type { IndexCache } from './indexcache.ts';
import { LayerIndex } from './layerindex.ts';
import { LayerIndexer } from './layerindexer.ts';
import type { FindLimits } from './limits.ts';
import { findDefaultLimits } from './limits.ts';
import type { Layer } from './layertree.ts';
import { unpacked } from './unpack.ts';

/** A layer as a registry describes it. */
export interface PackedLayer extends Unpacking {
  /** Digest and size of the packed bytes. */
  readonly packed: Expected;
}

interface Unpacking {
  readonly compression: Compression;
  /** What the image config says the unpacked tar is. */
  readonly diffId: DiffId;
}

type Blob = Pick<Descriptor, 'digest' | 'size'>;

/** Layers, unpacked, by diffID: what the 9P server reads. */
export class LayerStore {
  readonly #content: ContentStore;
  readonly #indexes: IndexCache;
  readonly #limits: FindLimits;

  constructor(content: ContentStore, indexes: IndexCache, limits: FindLimits = findDefaultLimits) {
    this.#content = content;
    this.#indexes = indexes;
    this.#limits = limits;
  }

  /**
   * Fetches a layer and takes it in. What has come of it when the connection breaks or the page goes is not fetched again;
   * of one that is not what was promised, or that there is no room for, nothing is left.
   */
  async fetch(open: OpenBlob, blob: Blob, { compression, diffId }: Unpacking): Promise<Layer> {
    const download = await Download.begin(this.#content, blob, open);
    try {
      const layer = await this.#unpack(download.bytes(), { compression, diffId });
      if (blob.digest === parseDigest(diffId)) await download.suspend();
      else await download.discard();
      return layer;
    } catch (error) {
      const isLost = errorKind(error) === 'invalid' || error instanceof StorageFullError;
      // What is wrong with the layer says more than what is wrong with its leftovers, which are swept up later.
      await (isLost ? download.discard() : download.suspend()).catch(() => undefined);
      throw error;
    }
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
    return this.#unpack(verified, { compression, diffId });
  }

  /** Takes a new layer in, an unpacked tar, and says what its diffID is. */
  create(source: AsyncIterable<Uint8Array>): Promise<{ diffId: DiffId; layer: Layer }> {
    return this.#take(source, {});
  }

  /** The archive that layers come in, unpacked as far as a layer may be, whatever it is packed with. */
  unpacked(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    return unpacked(source, this.#limits);
  }

  async #unpack(packed: AsyncIterable<Uint8Array>, { compression, diffId }: Unpacking): Promise<Layer> {
    const tar = decompressed(packed, compression, this.#limits);
    return (await this.#take(tar, { digest: parseDigest(diffId) })).layer;
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
