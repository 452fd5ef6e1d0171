import type { DiffId } from '../../oci/diffid.ts';
import type { ContainerConfig } from '../../protocol/engine-api.ts';
import { CommandFailed, internal } from '../errors.ts';
import { lookUp } from '../files/lookup.ts';
import type { TreeNode } from '../files/tree.ts';
import { layersRoot } from '../files/tree.ts';
import type { InstructionNamed } from '../instructions/instruction.ts';
import type { RunMount } from '../instructions/mount.ts';
import { parseMount } from '../instructions/mount.ts';
import { keyOf } from '../solve/key.ts';
import { scriptMount } from '../solve/run-step.ts';
import { treeLayer } from '../solve/tree-layer.ts';
import type { SubstitutionOptions, Variables } from '../substitution.ts';
import { substitute } from '../substitution.ts';
import { contentHash } from './contenthash.ts';
import type { StepContext } from './context.ts';
import { commandMounts, placedMount } from './mounts.ts';
import type { Recorder } from './recorder.ts';
import { stepResult } from './recorder.ts';
import type { RunWords } from './run-words.ts';
import { fromImage } from './from-image.ts';
import type { StageState } from './state.ts';

interface RunParts {
  readonly expansion: { variables: Variables; substitution: SubstitutionOptions };
  readonly command: readonly string[];
  /** Build arguments, `NAME=value`. */
  readonly args: readonly string[];
  readonly stepConfig: ContainerConfig;
  readonly words: RunWords;
}

/** In the config of the step alone, which is what the cache compares. */
const mountsLabel = 'bottleship.build.mounts';

/**
 * RUN with what only BuildKit knows, in the classic builder: the same container as BuildKit's, an image of what it has
 * changed as the classic builder makes it.
 */
export async function mountedRun(
  context: StepContext,
  recorder: Recorder,
  state: StageState,
  instruction: InstructionNamed<'RUN'>,
  parts: RunParts,
): Promise<void> {
  const { backend, output, signal } = context;
  const { command, args, stepConfig, words } = parts;
  const directory = state.config.WorkingDir ?? '';
  const expand = (text: string) => substitute(text, parts.expansion.variables, parts.expansion.substitution);
  const mounts = instruction.mounts.map((text) => placedMount(parseMount(text, expand), directory));
  requireSecrets(mounts);
  if (instruction.security === 'insecure') throw internal('security.insecure is not allowed');
  const { network } = instruction;
  const about = { mounts, network, script: words.script, contents: await contents(context, mounts) };
  const Labels = { ...stepConfig.Labels, [mountsLabel]: await keyOf(about) };
  const result = {
    ...stepResult(state, { ...stepConfig, Labels }),
    config: stepResult(state, stepConfig).config,
  };
  if (await recorder.isCached(state, result)) return;
  await recorder.announced(result);
  const layers = async ({ from }: RunMount): Promise<readonly DiffId[]> =>
    from === '' ? contextLayers(context) : backend.diffIds(await fromImage(context, from));
  const ended = await backend.solving.run(
    {
      layers: backend.diffIds(state.image),
      args: command,
      env: [...(state.config.Env ?? []), ...args],
      directory,
      user: state.config.User ?? '',
      mounts: [
        ...(await commandMounts(mounts, { layers, secret: () => undefined })),
        ...scriptMount(words.script),
      ],
      network,
      insecure: false,
      hostname: '',
      host: context.host,
    },
    (stream, bytes) => output.command(stream, bytes),
    signal,
  );
  if (ended.layer === undefined) throw new CommandFailed(command, ended.code);
  state.image = await backend.makeOf(result, ended.layer);
}

/** No secret comes with the classic request. */
function requireSecrets(mounts: readonly RunMount[]): void {
  for (const { type, id, required } of mounts) {
    if (type === 'secret' && required) throw internal(`secret ${id}: not found`);
    if (type === 'ssh' && required) throw internal(`unset ssh forward key ${id || 'default'}`);
  }
}

/** What the bind mounts are, for the cache. */
function contents(context: StepContext, mounts: readonly RunMount[]): Promise<string[]> {
  const binds = mounts.filter(({ type }) => type === 'bind');
  return Promise.all(
    binds.map(async ({ from, source }) => {
      const { node } = lookUp(await tree(context, from), source);
      if (node === undefined) throw internal(`${JSON.stringify(source)}: not found`);
      return contentHash('', node);
    }),
  );
}

async function tree(context: StepContext, from: string): Promise<TreeNode> {
  if (from === '') return context.files ?? layersRoot([]);
  return layersRoot(await context.backend.layers(await fromImage(context, from)));
}

async function contextLayers({ backend, files }: StepContext): Promise<readonly DiffId[]> {
  const { layers } = await treeLayer(backend.solving, files ?? layersRoot([]));
  return layers.map(({ diffId }) => diffId);
}
