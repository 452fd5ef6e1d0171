import { memoryReader } from '../content/blobreader.ts';
import type { ContentStore } from '../content/contentstore.ts';
import { LocalLocks } from '../content/locallocks.ts';
import type { Locks } from '../content/locks.ts';
import { during } from '../content/locks.ts';
import type { OpenBlob } from '../layers/download.ts';
import { LayerHolds } from '../layers/layerholds.ts';
import type { LayerIndex } from '../layers/layerindex.ts';
import { indexTar } from '../layers/layerindexer.ts';
import type { Layer } from '../layers/layertree.ts';
import type { LayersRoot } from '../layers/layersroot.ts';
import type { LayerStore } from '../layers/layerstore.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { DiffId } from '../oci/diffid.ts';
import { parseDiffId } from '../oci/diffid.ts';
import { parseDigest } from '../oci/digest.ts';
import { errorKind } from '../oci/errors.ts';
import type { Compression } from '../oci/mediatype.ts';
import { compressionOf } from '../oci/mediatype.ts';
import { tarEnd } from '../oci/tar/writer.ts';
import { baseLayer, baseLayerName, buildBaseLayer, buildBaseLayerName } from './baselayer.ts';
import type { LayerMounts } from './context.ts';
import { invalid } from './errors.ts';
import { layerName } from './layername.ts';
import { contentOf } from '../content/ingest.ts';
import type { LayerContent, NewLayer } from './images/layercontent.ts';
import type { LayerKeeper } from './images/layercollector.ts';

/** Overlayfs wants two layers where nothing is written. */
const emptyLayerName = 'empty-1';

/** Overlayfs takes no directory twice, and of a layer that comes twice nothing is seen but the upper one. */
function topmost(diffIds: readonly DiffId[]): DiffId[] {
  return diffIds.filter((diffId, at) => !diffIds.includes(diffId, at + 1));
}

function layerOf(tar: Uint8Array): Layer {
  return { index: indexTar(tar), tar: memoryReader(tar) };
}

/** The engine's layers: kept in the layer store, served to the guest below the 9P root. */
export class ServedLayers implements LayerContent, LayerKeeper, LayerMounts {
  readonly #store: LayerStore;
  readonly #content: ContentStore;
  readonly #root: LayersRoot;
  readonly #served = new Map<DiffId, Promise<string>>();
  #base: Promise<string> | undefined;
  #buildBase: Promise<string> | undefined;

  readonly #holds: LayerHolds;
  /** New layers that no image has yet. */
  readonly #unnamed = new Map<DiffId, (() => void)[]>();

  /** `locks` are shared with whoever else has the same content store. */
  constructor(store: LayerStore, content: ContentStore, root: LayersRoot, locks: Locks = new LocalLocks()) {
    this.#holds = new LayerHolds(locks);
    this.#store = store;
    this.#content = content;
    this.#root = root;
  }

  async size(diffId: DiffId): Promise<number | undefined> {
    try {
      return (await this.#content.info(parseDigest(diffId))).size;
    } catch (error) {
      if (errorKind(error) === 'not-found') return undefined;
      throw error;
    }
  }

  room(): Promise<number> {
    return this.#content.room();
  }

  async filesSize(diffId: DiffId): Promise<number> {
    return (await this.#store.open(diffId)).index.filesSize;
  }

  pin(diffIds: readonly DiffId[]): Promise<() => void> {
    return this.#holds.pin(diffIds);
  }

  /** New layers are the image's now. */
  named(diffIds: readonly DiffId[]): void {
    for (const diffId of diffIds) this.#unnamed.get(diffId)?.shift()?.();
  }

  async fetch(open: OpenBlob, blob: Descriptor, diffId: DiffId): Promise<number> {
    const compression = requireCompression(blob);
    await this.#holds.hold(diffId);
    return during(this.#holds.exclusively(diffId), async () => {
      const known = await this.size(diffId);
      return known ?? (await this.#store.fetch(open, blob, { compression, diffId })).tar.size;
    });
  }

  unpacked(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    return this.#store.unpacked(source);
  }

  async ingest(source: AsyncIterable<Uint8Array>, blob: Descriptor, diffId: DiffId): Promise<number> {
    const { digest, size } = blob;
    const compression = requireCompression(blob);
    await this.#holds.hold(diffId);
    const layer = await this.#store.ingest(source, { packed: { digest, size }, compression, diffId });
    return layer.tar.size;
  }

  async ingestTar(source: AsyncIterable<Uint8Array>, diffId: DiffId): Promise<number> {
    await this.#holds.hold(diffId);
    const layer = await this.#store.ingest(source, { packed: {}, compression: 'none', diffId });
    return layer.tar.size;
  }

  async create(source: AsyncIterable<Uint8Array>): Promise<NewLayer> {
    const { diffId, layer } = await this.#store.create(source);
    const unpin = await this.#holds.pin([diffId]);
    this.#unnamed.set(diffId, [...(this.#unnamed.get(diffId) ?? []), unpin]);
    return { diffId, size: layer.index.filesSize };
  }

  tar(diffId: DiffId): AsyncIterable<Uint8Array> {
    return contentOf(this.#content, parseDigest(diffId));
  }

  async discard(diffId: DiffId, isWanted: () => Promise<boolean>): Promise<void> {
    if (this.#holds.isPinned(diffId)) return;
    const name = this.#served.has(diffId) ? await this.#served.get(diffId) : undefined;
    if (name !== undefined) this.#root.remove(name);
    this.#served.delete(diffId);
    await this.#holds.giveUp(diffId, isWanted, async () => {
      try {
        await this.#store.delete(diffId);
      } catch (error) {
        if (errorKind(error) !== 'not-found') throw error;
      }
    });
  }

  async settled(milliseconds: number): Promise<DiffId[]> {
    return (await this.#content.settled(milliseconds)).map(parseDiffId);
  }

  ensure(diffIds: readonly DiffId[]): Promise<string[]> {
    this.#base ??= this.#serveBase(baseLayerName, baseLayer());
    return this.#above(this.#base, diffIds);
  }

  ensureForBuild(diffIds: readonly DiffId[]): Promise<string[]> {
    this.#buildBase ??= this.#serveBase(buildBaseLayerName, buildBaseLayer());
    return this.#above(this.#buildBase, diffIds);
  }

  #above(base: Promise<string>, diffIds: readonly DiffId[]): Promise<string[]> {
    return Promise.all([base, ...topmost(diffIds).map((diffId) => this.#ensure(diffId))]);
  }

  async alone(diffIds: readonly DiffId[]): Promise<string[]> {
    if (!this.#root.has(emptyLayerName)) this.#root.add(emptyLayerName, layerOf(tarEnd));
    return [emptyLayerName, ...(await Promise.all(topmost(diffIds).map((diffId) => this.#ensure(diffId))))];
  }

  serve(tar: Uint8Array): { name: string; release: () => void } {
    const name = `files-${crypto.randomUUID()}`;
    this.#root.add(name, layerOf(tar));
    return { name, release: () => this.#root.remove(name) };
  }

  async indexes(diffIds: readonly DiffId[]): Promise<LayerIndex[]> {
    const base = await baseLayer();
    return [base, ...(await this.open(diffIds))].map(({ index }) => index);
  }

  open(diffIds: readonly DiffId[]): Promise<Layer[]> {
    return Promise.all(diffIds.map((diffId) => this.#open(diffId)));
  }

  async #open(diffId: DiffId): Promise<Layer> {
    await this.#holds.hold(diffId);
    return this.#store.open(diffId);
  }

  async #serveBase(name: string, layer: Promise<Layer>): Promise<string> {
    this.#root.add(name, await layer);
    return name;
  }

  /** A layer that could not be served is tried again the next time. */
  #ensure(diffId: DiffId): Promise<string> {
    const known = this.#served.get(diffId);
    if (known !== undefined) return known;
    const serving = this.#serve(diffId);
    this.#served.set(diffId, serving);
    serving.catch(() => this.#served.delete(diffId));
    return serving;
  }

  async #serve(diffId: DiffId): Promise<string> {
    const name = layerName(diffId);
    if (!this.#root.has(name)) this.#root.add(name, await this.#open(diffId));
    return name;
  }
}

function requireCompression({ mediaType }: Descriptor): Compression {
  const compression = compressionOf(mediaType);
  if (compression === undefined) throw invalid(`unsupported layer media type ${JSON.stringify(mediaType)}`);
  return compression;
}
