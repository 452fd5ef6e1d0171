import { internal } from '../errors.ts';
import { lookUp } from '../files/lookup.ts';
import { layersRoot } from '../files/tree.ts';
import type { StepContext } from './context.ts';
import type { StageState } from './state.ts';

/** A volume cannot be mounted on a file: the container that Docker makes for the step would not be made. */
export async function requireDirectories(
  { backend }: StepContext,
  { image }: StageState,
  volumes: readonly string[],
): Promise<void> {
  const root = layersRoot(await backend.layers(image));
  for (const path of volumes) {
    const { node } = lookUp(root, path);
    if (node !== undefined && node.file.kind !== 'directory')
      throw internal(`cannot mount volume over existing file, file exists ${path}`);
  }
}
