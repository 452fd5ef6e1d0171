import { shellOf } from '../config.ts';
import { internal } from '../errors.ts';
import { LayerDraft } from '../files/draft.ts';
import { layersRoot } from '../files/tree.ts';
import type { StepContext } from './context.ts';
import { applyWorkdir } from './metadata.ts';
import { rootOwner } from './owner.ts';
import type { Recorder } from './recorder.ts';
import { stepResult } from './recorder.ts';
import type { StageState } from './state.ts';
import { workdirPlace } from './workdir-place.ts';

/** WORKDIR: the config, and the directory where it is missing. */
export async function workdir(
  { backend }: StepContext,
  recorder: Recorder,
  state: StageState,
  path: string,
): Promise<void> {
  const directory = applyWorkdir(state, path);
  const command = [...shellOf(state.config), `#(nop) WORKDIR ${directory}`];
  const result = stepResult(state, { ...state.config, Cmd: command });
  if (await recorder.isCached(state, result)) return;
  const root = layersRoot(await backend.layers(state.image));
  const draft = new LayerDraft(root, Math.floor(backend.now() / 1000));
  const { names, node } = workdirPlace(
    root,
    directory,
    `evalSymlinksInScope: too many links in ${directory}`,
  );
  if (node !== undefined && node.file.kind !== 'directory')
    throw internal(`Cannot mkdir: ${directory} is not a directory`);
  const announced = await recorder.announced(result);
  draft.makeDirectory(names, rootOwner);
  await recorder.made(state, announced, draft.isEmpty ? undefined : draft.tar());
}
