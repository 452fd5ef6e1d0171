import type {
  ContainerSummary,
  EngineApi,
  ImageHistoryItem,
  ImageInspect,
  ImageSummary,
} from '../../../worker/protocol/engine-api.ts';
import { layerSteps, sharedWith } from './sharing.ts';
import type { Shared } from './sharing.ts';

export interface ImageLayer {
  diffId: string;
  /** What made it, where that is known. */
  createdBy: string;
  /** -1 where it is not known. */
  size: number;
  isShared: boolean;
}

export interface ImageUser {
  name: string;
  state: string;
}

/** All that the panel shows of an image. */
export interface ImageEntry {
  id: string;
  /** Twelve digits of the ID. */
  shortId: string;
  names: string[];
  /** Its first name, or its short ID. */
  name: string;
  size: number;
  /** What no other image has; undefined where that is not known. */
  uniqueSize: number | undefined;
  /** Seconds since 1970. */
  created: number;
  layers: ImageLayer[];
  sharedWith: Shared[];
  containers: ImageUser[];
}

interface Detail {
  inspect: ImageInspect;
  history: ImageHistoryItem[];
}

/** What images there are. Details of an image never change, so they are asked for once. */
export class Inventory {
  readonly #details = new Map<string, Promise<Detail>>();

  async read(engine: EngineApi): Promise<ImageEntry[]> {
    const [images, containers] = await Promise.all([
      engine.imageList({ sharedSize: true }),
      engine.containerList({ all: true }),
    ]);
    const details = await Promise.all(images.map((image) => this.#detail(engine, image.Id)));
    this.#forget(images);
    // One that was removed meanwhile is told by the next event.
    const known = images.flatMap((image, at) => {
      const detail = details[at];
      return detail ? [{ image, detail }] : [];
    });
    return entriesOf(known, containers);
  }

  #detail(engine: EngineApi, id: string): Promise<Detail | undefined> {
    const asked = this.#details.get(id) ?? readDetail(engine, id);
    this.#details.set(id, asked);
    return asked.catch(() => {
      this.#details.delete(id);
      return undefined;
    });
  }

  #forget(images: readonly ImageSummary[]): void {
    const there = new Set(images.map(({ Id }) => Id));
    for (const id of this.#details.keys()) if (!there.has(id)) this.#details.delete(id);
  }
}

async function readDetail(engine: EngineApi, id: string): Promise<Detail> {
  const [inspect, history] = await Promise.all([engine.imageInspect(id), engine.imageHistory(id)]);
  return { inspect, history };
}

interface Known {
  image: ImageSummary;
  detail: Detail;
}

function entriesOf(known: readonly Known[], containers: readonly ContainerSummary[]): ImageEntry[] {
  const layered = known.map(({ image, detail }) => ({
    name: nameOf(image),
    layers: detail.inspect.RootFS.Layers,
  }));
  const uses = new Map<string, number>();
  for (const layer of layered.flatMap(({ layers }) => layers)) uses.set(layer, (uses.get(layer) ?? 0) + 1);
  return known.map(({ image, detail }, at) => {
    const own = layered[at] ?? { name: nameOf(image), layers: [] };
    const layers = layersOf(detail, uses);
    return {
      id: image.Id,
      shortId: shortId(image.Id),
      names: image.RepoTags ?? [],
      name: own.name,
      size: image.Size,
      uniqueSize: uniqueSize(image, layers),
      created: image.Created,
      layers,
      sharedWith: sharedWith(own, layered),
      containers: containers.filter(({ ImageID }) => ImageID === image.Id).map(userOf),
    };
  });
}

function layersOf({ inspect, history }: Detail, uses: ReadonlyMap<string, number>): ImageLayer[] {
  const diffIds = inspect.RootFS.Layers;
  const steps = layerSteps(diffIds, history);
  return diffIds.map((diffId, at) => ({
    diffId,
    createdBy: steps[at]?.CreatedBy ?? '',
    size: steps[at]?.Size ?? -1,
    isShared: (uses.get(diffId) ?? 0) > 1,
  }));
}

function uniqueSize({ Size, SharedSize }: ImageSummary, layers: readonly ImageLayer[]): number | undefined {
  if (SharedSize >= 0) return Size - SharedSize;
  const own = layers.filter(({ isShared }) => !isShared);
  if (own.length === layers.length) return Size;
  return own.every(({ size }) => size >= 0) ? own.reduce((sum, { size }) => sum + size, 0) : undefined;
}

function userOf({ Names, Id, State }: ContainerSummary): ImageUser {
  return { name: Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12), state: State };
}

function nameOf({ RepoTags, Id }: ImageSummary): string {
  return RepoTags?.[0] ?? shortId(Id);
}

function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
