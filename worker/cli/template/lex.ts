import { syntaxError } from './token.ts';
import type { Token, TokenKind } from './token.ts';

/** @throws TemplateError */
export function lex(source: string): Token[] {
  return new Lexer(source).run();
}

const space = /[ \t\r\n]/;
const spacesAtEnd = /[ \t\r\n]+$/;
const spaces = /[ \t\r\n]*/y;
const comment = /(?:-[ \t\r\n]+)?\/\*/y;

/** In the order they are tried. Everything beyond ASCII is a letter: classes of Unicode cost milliseconds to compile. */
const forms: [kind: TokenKind, form: RegExp][] = [
  ['string', /"(?:[^"\\\n]|\\.)*"/y],
  ['string', /`[^`]*`/y],
  ['char', /'(?:[^'\\\n]|\\.[^'\n]*)'/y],
  [
    'number',
    /[+-]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y,
  ],
  ['field', /\.[A-Za-z_\x80-\uffff][\w\x80-\uffff]*/y],
  ['variable', /\$[\w\x80-\uffff]*/y],
  ['identifier', /[A-Za-z_\x80-\uffff][\w\x80-\uffff]*/y],
  [':=', /:=/y],
  ['dot', /\./y],
  ['|', /\|/y],
  ['(', /\(/y],
  [')', /\)/y],
  [',', /,/y],
  ['=', /=/y],
];

class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #trimNext = false;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  run(): Token[] {
    while (this.#at < this.#source.length) {
      this.#text();
      if (this.#at < this.#source.length) this.#action();
    }
    this.#push('end', '', this.#source.length);
    return this.#tokens;
  }

  #text(): void {
    const open = this.#source.indexOf('{{', this.#at);
    const end = open < 0 ? this.#source.length : open;
    let text = this.#source.slice(this.#at, end);
    if (this.#trimNext) text = text.replace(/^[ \t\r\n]+/, '');
    if (open >= 0 && this.#trims(open + 2)) text = text.replace(spacesAtEnd, '');
    if (text !== '') this.#push('text', text, this.#at);
    this.#at = end;
    this.#trimNext = false;
  }

  /** A minus sign counts only with white space beside it. */
  #trims(at: number): boolean {
    return this.#source[at] === '-' && space.test(this.#source[at + 1] ?? '');
  }

  #action(): void {
    const start = this.#at;
    this.#at += 2;
    if (this.#match(comment)) return this.#comment(start);
    this.#push('open', '{{', start);
    if (this.#trims(this.#at)) this.#at += 1;
    this.#depth = 0;
    for (;;) {
      const spaced = this.#match(spaces) !== '';
      if (this.#closes(spaced)) return;
      this.#token(spaced, start);
    }
  }

  #comment(start: number): void {
    const end = this.#source.indexOf('*/', this.#at);
    if (end < 0) throw syntaxError(this.#source, start, 'unclosed comment');
    this.#at = end + 2;
    const spaced = this.#match(spaces) !== '';
    const trim = spaced && this.#source.startsWith('-}}', this.#at);
    if (trim) this.#at += 1;
    else if (spaced) this.#at = end + 2;
    if (!this.#source.startsWith('}}', this.#at)) {
      throw syntaxError(this.#source, start, 'comment ends before closing delimiter');
    }
    this.#at += 2;
    this.#trimNext = trim;
  }

  #closes(spaced: boolean): boolean {
    const trim = spaced && this.#source.startsWith('-}}', this.#at);
    if (!trim && !this.#source.startsWith('}}', this.#at)) return false;
    if (this.#depth > 0) throw syntaxError(this.#source, this.#at, 'unclosed left paren');
    this.#push('close', '}}', this.#at);
    this.#at += trim ? 3 : 2;
    this.#trimNext = trim;
    return true;
  }

  #token(spaced: boolean, start: number): void {
    const at = this.#at;
    const rest = this.#source[at];
    if (rest === undefined) throw syntaxError(this.#source, start, 'unclosed action');
    for (const [kind, form] of forms) {
      const text = this.#match(form);
      if (text === undefined) continue;
      this.#checkTerminated(kind);
      this.#depth += kind === '(' ? 1 : kind === ')' ? -1 : 0;
      if (this.#depth < 0) throw syntaxError(this.#source, at, 'unexpected right paren');
      return this.#push(kind, text, at, spaced);
    }
    throw syntaxError(this.#source, at, this.#complaint(rest));
  }

  /** A name goes to a space, a delimiter or a sign. */
  #checkTerminated(kind: TokenKind): void {
    if (kind !== 'field' && kind !== 'variable' && kind !== 'identifier') return;
    const next = this.#source[this.#at];
    if (next === undefined || /[ \t\r\n.,|:()]/.test(next) || this.#source.startsWith('}}', this.#at)) return;
    throw syntaxError(this.#source, this.#at, `bad character ${codeName(next)}`);
  }

  #complaint(character: string): string {
    if (character === '"') return 'unterminated quoted string';
    if (character === '`') return 'unterminated raw quoted string';
    if (character === "'") return 'unterminated character constant';
    return `unrecognized character in action: ${codeName(character)}`;
  }

  #match(form: RegExp): string | undefined {
    form.lastIndex = this.#at;
    const [text] = form.exec(this.#source) ?? [];
    if (text !== undefined) this.#at += text.length;
    return text;
  }

  #push(kind: TokenKind, text: string, at: number, spaced = false): void {
    this.#tokens.push({ kind, text, at, spaced });
  }
}

function codeName(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')} '${character}'`;
}
