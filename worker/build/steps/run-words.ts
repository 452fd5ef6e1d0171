import { invalid } from '../errors.ts';
import type { CommandLine, InstructionNamed } from '../instructions/instruction.ts';
import { heredocText, parseHeredoc } from '../syntax/heredoc.ts';

/** What RUN says: a command, and the file that is the command where its text names an interpreter. */
export interface RunWords {
  readonly command: CommandLine;
  readonly script: { readonly name: string; readonly text: string } | undefined;
}

/** Where scripts of that kind are found. */
export const scriptDirectory = '/dev/pipes';

/** A heredoc is what the shell reads: alone it is the script, else a part of it. */
export function runWords({ command, heredocs }: InstructionNamed<'RUN'>): RunWords {
  const [first] = heredocs;
  if (first === undefined) return { command, script: undefined };
  if (!command.shell) throw invalid(`parsing produced an invalid run command: [${command.words.join(' ')}]`);
  const [line = ''] = command.words;
  if (parseHeredoc(line) === undefined) {
    const texts = heredocs.map(({ name, content }) => `\n${content}${name}`);
    return { command: { words: [line + texts.join('')], shell: true }, script: undefined };
  }
  const text = heredocText(first);
  // Also where its tabs do not count.
  if (!first.content.startsWith('#!')) return { command: { words: [text], shell: true }, script: undefined };
  const { name } = first;
  return { command: { words: [`${scriptDirectory}/${name}`], shell: true }, script: { name, text } };
}
