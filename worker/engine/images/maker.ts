import { createHasher } from '../../content/hasher.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import type { HistoryEntry } from '../../oci/imageconfig.ts';
import type { Platform } from '../../oci/platform.ts';
import type { ContainerConfig } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { serverVersion } from '../system/version.ts';
import { formatTime } from '../time.ts';
import type { Image } from './image.ts';
import type { NewLayer } from './layercontent.ts';
import { machinePlatform } from './platform.ts';

/** An image to be made from another one, or from nothing. */
export interface ChildImage {
  readonly parent: Image | undefined;
  /** Of an image without a parent; this machine's when it is not given. */
  readonly platform?: Platform;
  /** On top of the parent's; none for a change of the config alone. */
  readonly layer: NewLayer | undefined;
  readonly config: ContainerConfig;
  /** What the history says made it. */
  readonly createdBy: string;
  readonly author?: string;
  readonly comment?: string;
  /** The container it was made in, or would have been. */
  readonly container?: { readonly id?: string; readonly config: ContainerConfig };
}

/** Makes images as the classic builder and `docker commit` do. https://github.com/moby/moby/blob/v28.5.2/image/image.go (NewChildImage) */
export async function makeImage(
  { clock, images }: Pick<EngineContext, 'clock' | 'images'>,
  child: ChildImage,
): Promise<Digest> {
  const configText = JSON.stringify(configOf(child, formatTime(clock.now())));
  const id = await digestOf(configText);
  const { parent, layer } = child;
  const size = (parent?.size ?? 0) + (layer?.size ?? 0);
  if (!images.has(id))
    await images.add({ id, configText, size, builtHere: true, ...(parent && { parent: parent.id }) });
  return id;
}

/** The members are in the order of their names, as Go writes a map. */
function configOf(child: ChildImage, created: string): object {
  const { parent, author, container, config } = child;
  const { architecture, os, variant } = parent?.full ?? child.platform ?? machinePlatform;
  return {
    architecture,
    ...(author && { author }),
    config,
    ...(container?.id && { container: container.id }),
    ...(container && { container_config: container.config }),
    created,
    docker_version: serverVersion,
    history: [...(parent?.full.history ?? []), historyEntry(child, created)],
    os,
    rootfs: { type: 'layers', diff_ids: layersOf(child) },
    ...(variant && { variant }),
  };
}

function layersOf({ parent, layer }: ChildImage): DiffId[] {
  return [...(parent?.layers ?? []), ...(layer === undefined ? [] : [layer.diffId])];
}

function historyEntry({ layer, createdBy, author, comment }: ChildImage, created: string): HistoryEntry {
  return {
    created,
    ...(createdBy && { created_by: createdBy }),
    ...(author && { author }),
    ...(comment && { comment }),
    ...(layer === undefined && { empty_layer: true }),
  };
}

async function digestOf(text: string): Promise<Digest> {
  const hasher = await createHasher();
  hasher.update(new TextEncoder().encode(text));
  return hasher.digest();
}
