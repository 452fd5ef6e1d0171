/** Cuts a text at blanks outside of quotes; quotes and escapes stay in the words. */
export function splitWords(text: string, escape: string): string[] {
  return scan(text, escape, { keepMarks: true, flagsOnly: false }).words;
}

/** The flags (`--name=value`, without their quotes and escapes) that a text begins with, and the rest. */
export function splitFlags(text: string, escape: string): { flags: string[]; rest: string } {
  const { words, rest } = scan(text, escape, { keepMarks: false, flagsOnly: true });
  return { flags: words, rest };
}

interface ScanOptions {
  readonly keepMarks: boolean;
  readonly flagsOnly: boolean;
}

/** One pass over the text, a word at a time; `--` ends flags. */
function scan(text: string, escape: string, options: ScanOptions): { words: string[]; rest: string } {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
    if (at === text.length || (options.flagsOnly && !text.startsWith('--', at))) break;
    const word = readWord(text, at, escape, options.keepMarks);
    at = word.end;
    if (options.flagsOnly && word.text === '--') break;
    if (word.text !== '' || word.quoted) words.push(word.text);
  }
  return { words, rest: text.slice(at) };
}

function readWord(
  text: string,
  start: number,
  escape: string,
  keepMarks: boolean,
): { text: string; quoted: boolean; end: number } {
  let word = '';
  let quote = '';
  let quoted = false;
  let at = start;
  for (; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote === '' && /\s/.test(character)) break;
    // Between single quotes an escape is a character like others, but a flag's are taken away all the same.
    if (character === escape && !(keepMarks && quote === "'")) {
      if (at + 1 === text.length) continue;
      at += 1;
      word += (keepMarks ? character : '') + (text[at] ?? '');
    } else if (quote === '' ? character === '"' || character === "'" : character === quote) {
      quote = quote === '' ? character : '';
      quoted = true;
      if (keepMarks) word += character;
    } else word += character;
  }
  return { text: word, quoted, end: at };
}
