import { CommandFailed } from '../errors.ts';
import type { InstructionNamed } from '../instructions/instruction.ts';
import type { SubstitutionOptions, Variables } from '../substitution.ts';
import type { StepContext } from './context.ts';
import { commandLine } from './metadata.ts';
import type { Recorder } from './recorder.ts';
import { stepResult } from './recorder.ts';
import { mountedRun } from './run-mounted.ts';
import { runWords } from './run-words.ts';
import type { StageState } from './state.ts';

/** RUN: a command in a container of the image before, and an image of what it has changed. */
export async function run(
  context: StepContext,
  recorder: Recorder,
  state: StageState,
  instruction: InstructionNamed<'RUN'>,
  expansion: { variables: Variables; substitution: SubstitutionOptions },
): Promise<void> {
  const { backend, output, signal } = context;
  const words = runWords(instruction);
  const command = commandLine(words.command, state.config);
  const args = state.args.besides(state.config.Env ?? []);
  const shown = [...countedArgs(state, args), ...command];
  const hasCommand = shown.length > 0;
  const stepConfig = { ...state.config, Cmd: shown, ...(hasCommand && { Entrypoint: null }) };
  const { mounts, network, security } = instruction;
  if (mounts.length > 0 || network !== 'default' || security !== 'sandbox' || words.script !== undefined)
    return mountedRun(context, recorder, state, instruction, { expansion, command, args, stepConfig, words });
  const result = stepResult(state, stepConfig);
  if (await recorder.isCached(state, result)) return;
  const id = await recorder.create({
    ...state.config,
    Image: state.image,
    Cmd: command,
    Env: [...(state.config.Env ?? []), ...args],
    ...(hasCommand && { Entrypoint: [''] }),
    Healthcheck: { Test: ['NONE'] },
  });
  const code = await backend.run(id, (stream, bytes) => output.command(stream, bytes), signal);
  if (code !== 0) throw new CommandFailed(command, code);
  state.image = await backend.commit(id, result);
}

/**
 * The build arguments that make another image, before the command in the history and the cache: `|1 VERSION=2 /bin/sh ...`.
 * No command can begin so.
 */
function countedArgs({ args }: StageState, given: readonly string[]): string[] {
  if (given.length === 0) return [];
  const counted = given.filter((entry) => args.counts(entry.split('=', 1)[0] ?? '')).sort();
  return [`|${counted.length}`, ...counted];
}
