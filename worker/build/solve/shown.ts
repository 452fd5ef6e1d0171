import type { InstructionNamed } from '../instructions/instruction.ts';
import { parseHeredoc } from '../syntax/heredoc.ts';

type Expand = (text: string) => string;

/** An instruction as its step is called: its name in capitals, its variables replaced where that can be done. */
export function shownSource(source: string, expand: Expand): string {
  const text = tryExpand(source, expand);
  const cut = text.search(/\s|$/);
  return text.slice(0, cut).toUpperCase() + text.slice(cut);
}

/** A script in a heredoc is told by its first line. */
export function shownRun({ source, command, heredocs }: InstructionNamed<'RUN'>, expand: Expand): string {
  const [first] = heredocs;
  const isScript = first !== undefined && command.shell && parseHeredoc(command.words[0] ?? '') !== undefined;
  return shownSource(isScript ? `${source} (${summary(first.content)})` : source, expand);
}

function summary(content: string): string {
  const lines = content.trimStart().split('\n');
  const first = (lines[0] ?? '').trim();
  const more = lines.slice(1).some((line) => line.trim() !== '');
  return more ? `${first}...` : first;
}

function tryExpand(text: string, expand: Expand): string {
  try {
    return expand(text);
  } catch {
    return text;
  }
}
