import { characterName } from '../../go/quote.ts';
import type { Token, TokenKind } from './token.ts';

/** The tokens of a template; the last is `end` or `error`. */
export function lex(source: string): Token[] {
  return new Lexer(source).run();
}

const keywords = new Set('block break continue define else end if range template with'.split(' '));
const space = /[ \t\r\n]/;
const letter = /[\w\x80-\uffff]/;
const spacesAtStart = /[ \t\r\n]*/y;
const spacesAtEnd = /[ \t\r\n]+$/;
const word = /[\w\x80-\uffff]*/y;
const quotedForm = /"(?:[^"\\\n]|\\[^\n])*"/y;
const rawForm = /`[^`]*`/y;
const charForm = /'(?:[^'\\\n]|\\[^\n])*'/y;
const digits =
  '(?:0[xX][0-9a-fA-F_]*(?:\\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\\.[0-7_]*)?|0[bB][01_]*(?:\\.[01_]*)?|[0-9_]*(?:\\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)';
const numberForm = new RegExp(`[+-]?${digits}i?`, 'y');
const visible = /[!-~]/;
const single: Readonly<Record<string, TokenKind>> = { '=': '=', '|': '|', '(': '(', ')': ')' };

class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #counted = 0;
  #depth = 0;
  #failed = false;

  constructor(source: string) {
    this.#source = source;
  }

  run(): Token[] {
    while (!this.#failed && this.#at < this.#source.length) {
      this.#text();
      if (this.#at < this.#source.length) this.#action();
    }
    if (!this.#failed) this.#push('end', '', this.#source.length);
    return this.#tokens;
  }

  #text(): void {
    const open = this.#source.indexOf('{{', this.#at);
    const end = open < 0 ? this.#source.length : open;
    const whole = this.#source.slice(this.#at, end);
    const text = open >= 0 && this.#trimsLeft(open + 2) ? whole.replace(spacesAtEnd, '') : whole;
    if (text !== '') this.#push('text', text, this.#at);
    this.#at = end;
  }

  /** A minus sign trims only with white space beside it. */
  #trimsLeft(at: number): boolean {
    return this.#source[at] === '-' && space.test(this.#source[at + 1] ?? '');
  }

  #action(): void {
    const start = this.#at;
    const marker = this.#trimsLeft(start + 2) ? 2 : 0;
    if (this.#source.startsWith('/*', start + 2 + marker)) return this.#comment(start + 2 + marker);
    this.#at += 2;
    this.#push('open', '{{', start);
    this.#at += marker;
    this.#depth = 0;
    while (!this.#failed && !this.#closes()) this.#token();
  }

  #comment(start: number): void {
    const end = this.#source.indexOf('*/', start);
    if (end < 0) return this.#fail('unclosed comment', start);
    this.#at = end + 2;
    const trim = this.#rightDelimiter();
    if (trim === undefined) return this.#fail('comment ends before closing delimiter', start);
    this.#at += 2 + trim;
    if (trim > 0) this.#match(spacesAtStart);
  }

  /** How long the trim marker is before the delimiter that is next; undefined when none is. */
  #rightDelimiter(): 0 | 2 | undefined {
    if (this.#source.startsWith('}}', this.#at)) return 0;
    const marked = this.#source.startsWith('-}}', this.#at + 1);
    return marked && space.test(this.#source[this.#at] ?? '') ? 2 : undefined;
  }

  #closes(): boolean {
    const trim = this.#rightDelimiter();
    if (trim === undefined) return false;
    if (this.#depth > 0) this.#fail('unclosed left paren');
    else {
      this.#push('close', '}}', this.#at + trim);
      this.#at += 2 + trim;
      if (trim > 0) this.#match(spacesAtStart);
    }
    return true;
  }

  #token(): void {
    const first = this.#source[this.#at];
    if (first === undefined) return this.#fail('unclosed action');
    if (space.test(first)) return this.#space();
    const next = this.#source[this.#at + 1] ?? '';
    const kind = single[first];
    if (kind !== undefined) return this.#single(kind, first);
    if (first === ':') return next === '=' ? this.#take(':=', 2) : this.#fail('expected :=');
    if (first === '"') return this.#quoted('string', quotedForm, 'unterminated quoted string');
    if (first === '`') return this.#quoted('string', rawForm, 'unterminated raw quoted string');
    if (first === "'") return this.#quoted('char', charForm, 'unterminated character constant');
    if (first === '$') return this.#name('variable');
    if (first === '.' && !/[0-9]/.test(next)) return this.#name('field');
    if (/[0-9.+-]/.test(first)) return this.#number();
    if (letter.test(first)) return this.#name('identifier');
    if (visible.test(first)) return this.#take('other', 1);
    return this.#fail(`unrecognized character in action: ${characterName(this.#source, this.#at)}`);
  }

  /** The last space may belong to a trimming delimiter. */
  #space(): void {
    const start = this.#at;
    const text = this.#match(spacesAtStart);
    if (this.#source.startsWith('-}}', this.#at)) this.#at--;
    if (this.#at > start) this.#push('space', text.slice(0, this.#at - start), start);
  }

  #single(kind: TokenKind, text: string): void {
    if (kind === '(') this.#depth++;
    if (kind === ')' && --this.#depth < 0) {
      this.#at++;
      return this.#fail('unexpected right paren');
    }
    this.#take(kind, text.length);
  }

  #quoted(kind: TokenKind, form: RegExp, otherwise: string): void {
    const start = this.#at;
    const text = this.#match(form);
    if (text === '') this.#fail(otherwise, start);
    else this.#push(kind, text, start);
  }

  /** A name goes to a space, a delimiter or a sign. */
  #name(kind: 'field' | 'variable' | 'identifier'): void {
    const start = this.#at;
    if (kind !== 'identifier') this.#at++;
    this.#match(word);
    const text = this.#source.slice(start, this.#at);
    if (!this.#terminated()) {
      return this.#fail(`bad character ${characterName(this.#source, this.#at)}`, start);
    }
    this.#push(text === '.' ? 'dot' : kind === 'identifier' ? wordKind(text) : kind, text, start);
  }

  #terminated(): boolean {
    const next = this.#source[this.#at];
    return next === undefined || /[ \t\r\n.,|:()]/.test(next) || this.#source.startsWith('}}', this.#at);
  }

  #number(): void {
    const start = this.#at;
    this.#match(numberForm);
    const complex = /[+-]/.test(this.#source[this.#at] ?? '') && this.#match(numberForm);
    const text = this.#source.slice(start, this.#at);
    const next = this.#source[this.#at] ?? '';
    if (letter.test(next) || (complex && !text.endsWith('i'))) {
      const shown = letter.test(next) ? text + next : text;
      return this.#fail(`bad number syntax: ${JSON.stringify(shown)}`, start);
    }
    this.#push('number', text, start);
  }

  #take(kind: TokenKind, length: number): void {
    const start = this.#at;
    this.#at += length;
    this.#push(kind, this.#source.slice(start, this.#at), start);
  }

  #match(form: RegExp): string {
    form.lastIndex = this.#at;
    const [text = ''] = form.exec(this.#source) ?? [];
    this.#at += text.length;
    return text;
  }

  #fail(why: string, at = this.#at): void {
    this.#failed = true;
    this.#push('error', why, at);
  }

  #push(kind: TokenKind, text: string, at: number): void {
    for (; this.#counted < at; this.#counted++) if (this.#source[this.#counted] === '\n') this.#line++;
    this.#tokens.push({ kind, text, at, line: this.#line });
  }
}

function wordKind(text: string): TokenKind {
  if (keywords.has(text)) return 'keyword';
  if (text === 'true' || text === 'false') return 'bool';
  return text === 'nil' ? 'nil' : 'identifier';
}
