/** A build through our `docker build` in the machine's shell, described. */
import { plainError, plainExcerpt, plainSteps, plainWarnings } from './plain-progress.ts';
import type { TestMachine } from '../boot/machine.ts';
import { type Build, serverMark } from './case.ts';
import type { Surroundings } from './classic.ts';
import { commandFlags } from './command-flags.ts';
import { contextTar } from './context.ts';
import { anonymous, type BuildResult } from './result.ts';

const context = '/root/context';

export async function buildCommand(
  machine: TestMachine,
  { engine, bases, server }: Surroundings,
  { query, files }: Build,
): Promise<BuildResult> {
  const flags = commandFlags(query, server).map(quoted).join(' ');
  const script = `rm -rf ${context} && mkdir ${context} && cd ${context} && tar -x && docker build --progress=plain --iidfile=/root/id ${flags} . < /dev/null && cat /root/id`;
  const { code, stdout, stderr } = await machine.sh(script, await contextTar(files));
  const said = stderr.replaceAll(server, serverMark);
  if (code !== 0)
    return {
      output: [...plainSteps(said), ...plainExcerpt(said)],
      ...plainWarnings(said),
      error: plainError(said) ?? anonymous(said),
      code,
    };
  return {
    output: plainSteps(said),
    ...plainWarnings(said),
    image: await bases.describe(engine, stdout.trim()),
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
