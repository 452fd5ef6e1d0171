/** An image as `docker save` gives it, described. */
import { unpackTar } from 'modern-tar';
import { serverMark } from './case.ts';
import type { EngineClient, HistoryItem, Inspected } from './engine-client.ts';
import { layerLines } from './layer.ts';
import { anonymous, type ImageResult } from './result.ts';

interface ImageJson extends Record<string, unknown> {
  readonly history?: readonly Record<string, unknown>[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly container_config?: Readonly<Record<string, unknown>>;
  readonly rootfs: { readonly diff_ids: readonly string[] };
}

/** What belongs to this build only. */
const passing = new Set(['created', 'container', 'docker_version', 'history', 'rootfs', 'id']);

/** The base images: what they have is left out of what is built on them. */
export class BaseImages {
  readonly #known = new Map<string, ImageJson>();

  /** Learns of a base from its saved form. */
  async add(saved: Uint8Array<ArrayBuffer>): Promise<void> {
    const { json } = await openSaved(saved);
    this.#known.set(json.rootfs.diff_ids.join(), json);
  }

  #under({ rootfs }: ImageJson): ImageJson | undefined {
    const layers = rootfs.diff_ids.join();
    return [...this.#known].find(([base]) => `${layers},`.startsWith(`${base},`))?.[1];
  }

  async describe(engine: EngineClient, id: string): Promise<ImageResult> {
    const found = await engine.inspect(id);
    if ((found.RootFS.Layers ?? []).length === 0) return emptyImage(found, await engine.history(id));
    return this.#describe(await engine.save(id));
  }

  async #describe(saved: Uint8Array<ArrayBuffer>): Promise<ImageResult> {
    const { json, layers } = await openSaved(saved);
    const base = this.#under(json);
    const own = layers.slice(base?.rootfs.diff_ids.length ?? 0);
    const history = (json.history ?? []).slice(base?.history?.length ?? 0);
    return {
      json: cleaned(described(json)),
      history: history.map((entry) => cleaned(withoutTime(entry))),
      layers: await Promise.all(own.map(layerLines)),
    };
  }
}

function withoutTime(entry: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => key !== 'created'));
}

/** An image without layers, which Docker does not save. */
function emptyImage({ Architecture, Os, Config }: Inspected, history: readonly HistoryItem[]): ImageResult {
  return {
    json: cleaned({ architecture: Architecture, os: Os, config: Config }),
    history: history
      .toReversed()
      .map(({ CreatedBy, Comment }) => ({ created_by: CreatedBy, comment: Comment })),
    layers: [],
  };
}

/** The config of the last step's container is told by what is other than in the image's. */
function described({ container_config: last, ...json }: ImageJson): Record<string, unknown> {
  const kept = Object.fromEntries(Object.entries(json).filter(([key]) => !passing.has(key)));
  if (last === undefined) return kept;
  const { config = {} } = json;
  const other = Object.entries(last).filter(
    ([key, value]) => JSON.stringify(sorted(value)) !== JSON.stringify(sorted(config[key])),
  );
  return { ...kept, container_config: Object.fromEntries(other) };
}

function cleaned(document: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(anonymous(withoutServer(JSON.stringify(sorted(document))))) as Record<string, unknown>;
}

/** The port of the server for files is another each time. */
function withoutServer(text: string): string {
  return text.replaceAll(/http:\/\/127\.0\.0\.1:\d{4,5}(?=\/|")/g, serverMark);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

interface Saved {
  readonly json: ImageJson;
  readonly layers: readonly Uint8Array<ArrayBuffer>[];
}

async function openSaved(saved: Uint8Array<ArrayBuffer>): Promise<Saved> {
  const entries = await unpackTar(saved);
  const file = (path: string): Uint8Array<ArrayBuffer> => {
    const found = entries.find(({ header }) => header.name === path)?.data;
    if (!found) throw new Error(`the saved image has no ${path}`);
    return found;
  };
  const parse = (path: string): unknown => JSON.parse(Buffer.from(file(path)).toString());
  const [manifest] = parse('manifest.json') as { Config: string; Layers: string[] | null }[];
  if (!manifest) throw new Error('the saved tar has no image');
  return { json: parse(manifest.Config) as ImageJson, layers: (manifest.Layers ?? []).map(file) };
}
