import { CommandFailed, internal } from '../errors.ts';
import type { InstructionNamed } from '../instructions/instruction.ts';
import { heredocText } from '../syntax/heredoc.ts';
import type { StepContext } from './context.ts';
import { commandLine } from './metadata.ts';
import type { Recorder } from './recorder.ts';
import { stepResult } from './recorder.ts';
import type { StageState } from './state.ts';

export const needsBuildKit =
  'requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled';

/** RUN: a command in a container of the image before, and an image of what it has changed. */
export async function run(
  { backend, output, signal }: StepContext,
  recorder: Recorder,
  state: StageState,
  instruction: InstructionNamed<'RUN'>,
): Promise<void> {
  const [flag] = instruction.flags;
  if (flag !== undefined) throw internal(`the ${flag.split('=', 1)[0]} option ${needsBuildKit}`);
  const command = runCommand(state, instruction);
  const args = state.args.besides(state.config.Env ?? []);
  const shown = [...countedArgs(state, args), ...command];
  const hasCommand = shown.length > 0;
  const result = stepResult(state, { ...state.config, Cmd: shown, ...(hasCommand && { Entrypoint: null }) });
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

/** A heredoc is what the shell reads: alone it is the script, else a part of it. */
function runCommand(state: StageState, { command, heredocs }: InstructionNamed<'RUN'>): string[] {
  const [first] = heredocs;
  if (first === undefined || !command.shell) return commandLine(command, state.config);
  const [line = ''] = command.words;
  if (/^\s*\d*<<-?\s*['"]?[^'"<\s]+['"]?\s*$/.test(line)) {
    const script = heredocText(first);
    if (script.startsWith('#!')) throw internal(`a heredoc with an interpreter of its own ${needsBuildKit}`);
    return commandLine({ words: [script], shell: true }, state.config);
  }
  const texts = heredocs.map(({ name, content }) => `\n${content}${name}`);
  return commandLine({ words: [line + texts.join('')], shell: true }, state.config);
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
