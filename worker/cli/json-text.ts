/**
 * JSON without the white space between its tokens, everything else as it is written.
 * @throws Error in the words of Go's encoding/json
 */
export function compactJson(text: string): string {
  return new Scanner(text).run();
}

/**
 * The first value of a stream of JSON; undefined when there is none.
 * @throws Error in the words of Go's json.Decoder
 */
export function firstJson(text: string): string | undefined {
  return text.trim() === '' ? undefined : new Scanner(text, 'unexpected EOF').first();
}

const literals = ['true', 'false', 'null'] as const;

class Scanner {
  readonly #text: string;
  #at = 0;
  #out = '';

  readonly #atEnd: string;

  constructor(text: string, atEnd = 'unexpected end of JSON input') {
    this.#text = text;
    this.#atEnd = atEnd;
  }

  first(): string {
    this.#value();
    return this.#out;
  }

  run(): string {
    this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#fail('after top-level value');
    return this.#out;
  }

  #value(): void {
    this.#space();
    const first = this.#text[this.#at];
    if (first === '{') return this.#object();
    if (first === '[') return this.#array();
    if (first === '"') return this.#string();
    if (first !== undefined && /[-\d]/.test(first)) return this.#number();
    const literal = literals.find((word) => word.startsWith(first ?? ' '));
    if (literal === undefined) this.#fail('looking for beginning of value');
    this.#literal(literal);
  }

  #object(): void {
    this.#take();
    if (this.#closes('}')) return;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#fail('looking for beginning of object key string');
      this.#string();
      this.#space();
      if (this.#text[this.#at] !== ':') this.#fail('after object key');
      this.#take();
      this.#value();
      if (!this.#goesOn('}', 'after object key:value pair')) return;
    }
  }

  #array(): void {
    this.#take();
    if (this.#closes(']')) return;
    do this.#value();
    while (this.#goesOn(']', 'after array element'));
  }

  #closes(end: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== end) return false;
    this.#take();
    return true;
  }

  /** After an element: a comma, or the end. */
  #goesOn(end: string, place: string): boolean {
    if (this.#closes(end)) return false;
    if (this.#text[this.#at] !== ',') this.#fail(place);
    this.#take();
    return true;
  }

  #string(): void {
    this.#take();
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || character < ' ') this.#fail('in string literal');
      this.#take();
      if (character === '"') return;
      if (character === '\\') this.#escape();
    }
  }

  #escape(): void {
    const letter = this.#text[this.#at];
    if (letter === undefined || !'"\\/bfnrtu'.includes(letter)) this.#fail('in string escape code');
    this.#take();
    if (letter === 'u') this.#codePoint();
  }

  #codePoint(): void {
    for (let digits = 0; digits < 4; digits++) {
      if (!/[0-9a-fA-F]/.test(this.#text[this.#at] ?? ' ')) this.#fail('in \\u hexadecimal character escape');
      this.#take();
    }
  }

  #number(): void {
    if (this.#text[this.#at] === '-') this.#take();
    if (this.#text[this.#at] === '0') this.#take();
    else this.#digits('in numeric literal');
    if (this.#text[this.#at] === '.') {
      this.#take();
      this.#digits('after decimal point in numeric literal');
    }
    if (!/[eE]/.test(this.#text[this.#at] ?? '')) return;
    this.#take();
    if (/[+-]/.test(this.#text[this.#at] ?? '')) this.#take();
    this.#digits('in exponent of numeric literal');
  }

  #digits(place: string): void {
    if (!/\d/.test(this.#text[this.#at] ?? '')) this.#fail(place);
    while (/\d/.test(this.#text[this.#at] ?? '')) this.#take();
  }

  #literal(word: string): void {
    for (const letter of word) {
      if (this.#text[this.#at] !== letter) this.#fail(`in literal ${word} (expecting ${quoted(letter)})`);
      this.#take();
    }
  }

  #space(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  #take(): void {
    this.#out += this.#text[this.#at++] ?? '';
  }

  #fail(place: string): never {
    const character = this.#text[this.#at];
    if (character === undefined) throw new Error(this.#atEnd);
    throw new Error(`invalid character ${quoted(character)} ${place}`);
  }
}

function quoted(character: string): string {
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  return `'${JSON.stringify(character).slice(1, -1)}'`;
}
