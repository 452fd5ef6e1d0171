import { ApiError } from '../../protocol/engine-api.ts';

/** The first JSON document of a text and what follows it; errors are Go's decoder's, after `prefix`. */
export function parseFirst(text: string, prefix: string): { value: unknown; rest: string } {
  try {
    return { value: JSON.parse(text) as unknown, rest: '' };
  } catch {
    return parseSlowly(text, prefix);
  }
}

/** Only for texts that are not one JSON document, to find out why. */
function parseSlowly(text: string, prefix: string): { value: unknown; rest: string } {
  const scanner = new Scanner(text);
  try {
    scanner.space();
    if (scanner.atEnd) throw new SyntaxProblem('got EOF while reading request body');
    const start = scanner.at;
    scanner.value();
    return { value: JSON.parse(text.slice(start, scanner.at)) as unknown, rest: text.slice(scanner.at) };
  } catch (error) {
    if (error instanceof SyntaxProblem) throw new ApiError(400, prefix + error.message);
    throw error;
  }
}

class SyntaxProblem extends Error {}

/** Walks over a document as Go's scanner does: https://github.com/golang/go/blob/go1.24.4/src/encoding/json/scanner.go */
class Scanner {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.at >= this.#text.length;
  }

  space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.at] ?? '-')) this.at += 1;
  }

  value(): void {
    const next = this.#peek();
    if (next === '{') this.#object();
    else if (next === '[') this.#array();
    else if (next === '"') this.#string();
    else if (/[-0-9]/.test(next)) this.#number();
    else if (next === 't') this.#literal('true');
    else if (next === 'f') this.#literal('false');
    else if (next === 'n') this.#literal('null');
    else this.#fail('looking for beginning of value');
  }

  #object(): void {
    this.at += 1;
    this.space();
    if (this.#peek() === '}') return this.#skip();
    for (;;) {
      if (this.#peek() !== '"') this.#fail('looking for beginning of object key string');
      this.#string();
      this.space();
      if (this.#peek() !== ':') this.#fail('after object key');
      this.#skip();
      this.space();
      this.value();
      this.space();
      if (this.#peek() === '}') return this.#skip();
      if (this.#peek() !== ',') this.#fail('after object key:value pair');
      this.#skip();
      this.space();
    }
  }

  #array(): void {
    this.at += 1;
    this.space();
    if (this.#peek() === ']') return this.#skip();
    for (;;) {
      this.value();
      this.space();
      if (this.#peek() === ']') return this.#skip();
      if (this.#peek() !== ',') this.#fail('after array element');
      this.#skip();
      this.space();
    }
  }

  #string(): void {
    for (this.at += 1; this.#peek() !== '"'; this.at += 1) {
      if (this.#peek() === '\\') this.#escape();
      else if (this.#peek() < ' ') this.#fail('in string');
    }
    this.at += 1;
  }

  #escape(): void {
    const start = this.at;
    this.at += 1;
    const isUnicode = this.#peek() === 'u';
    if (!isUnicode && !'bfnrt\\/"'.includes(this.#peek())) this.#failEscape(start);
    for (let digits = isUnicode ? 4 : 0; digits > 0; digits -= 1) {
      this.at += 1;
      if (!/[0-9a-fA-F]/.test(this.#peek())) this.#failEscape(start);
    }
  }

  #failEscape(start: number): never {
    throw new SyntaxProblem(`invalid escape sequence \`${this.#text.slice(start, this.at + 1)}\` in string`);
  }

  #number(): void {
    if (this.#peek() === '-') this.at += 1;
    if (this.#peek() === '0') this.at += 1;
    else this.#digits();
    if (this.#text[this.at] === '.') {
      this.at += 1;
      this.#digits();
    }
    if (/[eE]/.test(this.#text[this.at] ?? '-')) {
      this.at += 1;
      if (/[-+]/.test(this.#peek())) this.at += 1;
      this.#digits();
    }
  }

  /** At least one. */
  #digits(): void {
    if (!/[0-9]/.test(this.#peek())) this.#fail('in numeric literal');
    while (/[0-9]/.test(this.#text[this.at] ?? '-')) this.at += 1;
  }

  #literal(word: string): void {
    for (const letter of word.split('')) {
      if (this.#peek() !== letter) this.#fail(`in literal ${word} (expecting ${quoted(letter)})`);
      this.at += 1;
    }
  }

  #skip(): void {
    this.at += 1;
  }

  #peek(): string {
    if (this.atEnd) throw new SyntaxProblem('unexpected EOF');
    return this.#text[this.at] ?? '';
  }

  #fail(where: string): never {
    throw new SyntaxProblem(
      `invalid character ${quoted(String.fromCodePoint(this.#text.codePointAt(this.at) ?? 0))} ${where}`,
    );
  }
}

/** Go's quoteChar. */
function quoted(character: string): string {
  if (character === "'") return String.raw`'\''`;
  if (character === '"') return `'"'`;
  return `'${JSON.stringify(character).slice(1, -1)}'`;
}
