import { substituteWords } from '../substitution.ts';

/** Lines that follow an instruction, up to one that is the name alone. */
export interface Heredoc {
  readonly name: string;
  /** Whether variables in it are replaced: its name is not quoted. */
  readonly expand: boolean;
  /** `<<-`: tabs before the lines and before the name do not count. */
  readonly chomp: boolean;
  readonly content: string;
}

const unset = (): undefined => undefined;

/** The heredoc that a word announces, yet without content. */
export function parseHeredoc(word: string): Heredoc | undefined {
  const [, , dash, rest = ''] = /^(\d*)<<(-?)\s*([^<]*)$/.exec(word) ?? [];
  if (rest === '') return undefined;
  const [name, ...more] = substituteWords(rest, unset, { keepUnset: true });
  if (name === undefined || more.length > 0) return undefined;
  const [raw = ''] = substituteWords(rest, unset, { keepUnset: true, rawQuotes: true });
  return { name, expand: quotes(name) === quotes(raw), chomp: dash === '-', content: '' };
}

/** Those that a line announces, in their order. */
export function heredocsOf(line: string): Heredoc[] {
  return wordsOf(line).flatMap((word) => parseHeredoc(word) ?? []);
}

/** What a heredoc stands for: without the tabs that do not count. */
export function heredocText({ chomp, content }: Heredoc): string {
  return chomp ? content.replaceAll(/^\t+/gm, '') : content;
}

/** A line that is no proper shell announces nothing. */
function wordsOf(line: string): string[] {
  try {
    return substituteWords(line, unset, { keepUnset: true, rawQuotes: true, rawEscapes: true });
  } catch {
    return [];
  }
}

function quotes(text: string): number {
  return text.replaceAll(/[^'"]/g, '').length;
}
