import { fileType, fileTypes } from '../../ninep/qid.ts';
import { recordKind } from '../../protocol/filetree.ts';
import type { Container } from '../containers/container.ts';
import type { EngineContext } from '../context.ts';
import type { ContainerTrees } from './containertrees.ts';
import { Filetree } from './filetree.ts';
import { readWritableLayer, sizeOfWritable } from './writablelayer.ts';

export interface ContainerSizes {
  /** What the container has written. */
  readonly SizeRw: number;
  /** That and its image. */
  readonly SizeRootFs: number;
}

/** https://github.com/moby/moby/blob/v28.5.2/daemon/images/image_unix.go (GetContainerLayerSize) */
export async function containerSizes(
  context: Pick<EngineContext, 'images'>,
  trees: ContainerTrees,
  container: Container,
): Promise<ContainerSizes> {
  const SizeRw = sizeOfWritable(await readWritableLayer(trees, container));
  const image = context.images.all().find(({ id }) => id === container.imageId);
  return { SizeRw, SizeRootFs: (image?.size ?? 0) + SizeRw };
}

/** Bytes of all files below a directory of the machine (a volume's, say); those with several names count once. */
export async function directorySize(
  context: Pick<EngineContext, 'agent' | 'processes'>,
  directory: string,
): Promise<number> {
  const tree = await Filetree.run(context, { directory }, ['pack', '/']);
  try {
    return await sumOf(tree);
  } finally {
    await tree.close();
  }
}

async function sumOf({ records }: Filetree): Promise<number> {
  const counted = new Set<string>();
  await records.next();
  for (let sum = 0; ;) {
    const { kind, mode, links, device, inode, size } = await records.next();
    if (kind === recordKind.end) return sum;
    const key = `${device}:${inode}`;
    if (fileType(mode) === fileTypes.directory || (links > 1 && counted.has(key))) continue;
    if (links > 1) counted.add(key);
    sum += size;
  }
}
