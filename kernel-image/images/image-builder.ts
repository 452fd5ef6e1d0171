import { unpackTar } from 'modern-tar';
import { startHeadless } from '../../scripts/headless/start.ts';
import type { Bottleship } from '../../worker/bottleship.ts';
import type { SolveStatus } from '../../worker/protocol/engine-api.ts';
import { sha256 } from '../digest.ts';
import type { BuiltImage } from './oci-image.ts';
import type { Recipe } from './recipe.ts';
import { contextTar } from './recipe.ts';

/** Builds images of recipes: `docker build`, in a machine of its own. Needs the machine image. */
export class ImageBuilder {
  readonly #bottleship: Bottleship;

  constructor(bottleship: Bottleship) {
    this.#bottleship = bottleship;
  }

  /** To be closed. */
  static async start(): Promise<ImageBuilder> {
    return new ImageBuilder(await startHeadless());
  }

  async close(): Promise<void> {
    await this.#bottleship.machine.emulator.destroy();
  }

  /** The same for the same recipe. Fails with what the builder says. */
  async build({ names, epoch, context, contexts = {} }: Recipe): Promise<BuiltImage> {
    const named = Object.entries(contexts).map(async ([name, files]) => {
      const tar = await contextTar(files, epoch);
      return [name, { tar: once(tar) }] as const;
    });
    const { engine } = this.#bottleship;
    const statuses = await engine.imageSolve({
      context: { tar: once(await contextTar(context, epoch)) },
      contexts: Object.fromEntries(await Promise.all(named)),
      buildArgs: { SOURCE_DATE_EPOCH: String(epoch) },
    });
    const id = await builtImage(statuses);
    return { names, ...savedImage(id, await files(await engine.imageSave([id]))) };
  }
}

async function builtImage(statuses: AsyncIterable<SolveStatus>): Promise<string> {
  let said = '';
  for await (const { image, failure, logs = [] } of statuses) {
    for (const { data } of logs) said += new TextDecoder().decode(data);
    if (failure !== undefined) throw new Error(`${said}${failure.message}`);
    if (image !== undefined) return image;
  }
  throw new Error('the build has ended without an image');
}

/** Of what `docker save` writes: the config and the layers, by their digests. */
function savedImage(id: string, saved: ReadonlyMap<string, Uint8Array>): Omit<BuiltImage, 'names'> {
  const blob = (digest: string): Uint8Array => {
    const bytes = saved.get(`blobs/${digest.replace(':', '/')}`);
    if (bytes === undefined || `sha256:${sha256(bytes)}` !== digest)
      throw new Error(`the saved image has no ${digest}`);
    return bytes;
  };
  const configText = new TextDecoder().decode(blob(id));
  const { rootfs } = JSON.parse(configText) as { rootfs: { diff_ids: string[] } };
  return { configText, layers: rootfs.diff_ids.map(blob) };
}

async function files(tar: AsyncIterable<Uint8Array>): Promise<Map<string, Uint8Array>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk);
  const entries = await unpackTar(Buffer.concat(chunks));
  return new Map(entries.map(({ header, data }) => [header.name, data ?? new Uint8Array()]));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
