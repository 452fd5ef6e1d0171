import { invalid } from '../oci/errors.ts';
import { replaced, withoutPrefix, withoutSuffix } from './pattern.ts';

/** The value of a variable; undefined when it is not set. */
export type Variables = (name: string) => string | undefined;

export interface SubstitutionOptions {
  /** Backslash, unless the Dockerfile's directive says backtick. */
  readonly escape?: string;
  /** Leaves quotes and escapes in the text, and variables that are not set as they stand. */
  readonly rawQuotes?: boolean;
  /** Quotes are characters like others: what is between them is nothing special. */
  readonly plainQuotes?: boolean;
  readonly rawEscapes?: boolean;
  readonly keepUnset?: boolean;
}

/**
 * Replaces variables in a text and takes its quotes away, as the Dockerfile reference says ("Environment replacement",
 * https://docs.docker.com/reference/dockerfile/#environment-replacement). Fails with `invalid`.
 */
export function substitute(text: string, variables: Variables, options: SubstitutionOptions = {}): string {
  return process(text, variables, options).text;
}

/** The same, cut into words after variables were replaced; blanks in quotes do not cut. */
export function substituteWords(
  text: string,
  variables: Variables,
  options: SubstitutionOptions = {},
): string[] {
  return process(text, variables, options).words;
}

function process(text: string, variables: Variables, options: SubstitutionOptions): Result {
  try {
    return new Substitution(text, variables, options).upTo(undefined, options.rawEscapes ?? false);
  } catch (error) {
    throw invalid(`failed to process ${JSON.stringify(text)}: ${(error as Error).message}`);
  }
}

interface Result {
  readonly text: string;
  readonly words: string[];
}

/** Text that is also gathered as words. */
class Words {
  text = '';
  readonly #words: string[] = [];
  #word = '';

  /** Blanks in it cut words. */
  add(text: string): void {
    this.text += text;
    for (const character of text) {
      if (!/\s/u.test(character)) this.#word += character;
      else this.#cut();
    }
  }

  addWhole(text: string): void {
    this.text += text;
    this.#word += text;
  }

  result(): Result {
    this.#cut();
    return { text: this.text, words: this.#words };
  }

  #cut(): void {
    if (this.#word !== '') this.#words.push(this.#word);
    this.#word = '';
  }
}

const missingBrace = "syntax error: missing '}'";

class Substitution {
  readonly #characters: string[];
  readonly #variables: Variables;
  readonly #options: SubstitutionOptions;
  readonly #escape: string;
  #rawEscapes = false;
  #at = 0;

  constructor(text: string, variables: Variables, options: SubstitutionOptions) {
    this.#characters = Array.from(text);
    this.#variables = variables;
    this.#options = options;
    this.#escape = options.escape ?? '\\';
  }

  /** Up to a character, which is taken too, or to the end. */
  upTo(stop: string | undefined, rawEscapes: boolean): Result {
    const before = this.#rawEscapes;
    this.#rawEscapes = rawEscapes;
    const words = new Words();
    for (let next = this.#peek(); next !== undefined; next = this.#peek()) {
      if (next === stop) {
        this.#at += 1;
        this.#rawEscapes = before;
        return words.result();
      }
      this.#part(next, words);
    }
    this.#rawEscapes = before;
    if (stop !== undefined) throw new Error(`unexpected end of statement while looking for matching ${stop}`);
    return words.result();
  }

  #part(next: string, words: Words): void {
    if (next === '$') words.add(this.#dollar());
    else if (this.#options.plainQuotes && (next === "'" || next === '"')) words.add(this.#take());
    else if (next === "'") words.addWhole(this.#singleQuoted());
    else if (next === '"') words.addWhole(this.#doubleQuoted());
    else if (next === '<') words.addWhole(this.#heredocStart());
    else if (next === this.#escape) words.addWhole(this.#escaped());
    else words.add(this.#take());
  }

  /** An escape at the end is nothing. */
  #escaped(): string {
    const escape = this.#take();
    return (this.#rawEscapes ? escape : '') + this.#take();
  }

  #singleQuoted(): string {
    const quote = this.#quote();
    let text = quote;
    for (let next = this.#peek(); next !== undefined; next = this.#peek()) {
      this.#at += 1;
      if (next === "'") return text + quote;
      text += next;
    }
    throw new Error('unexpected end of statement while looking for matching single-quote');
  }

  /** Only quotes, dollars and escapes can be escaped in it; before others the escape is a character like others. */
  #doubleQuoted(): string {
    const quote = this.#quote();
    let text = quote;
    for (let next = this.#peek(); next !== undefined; next = this.#peek()) {
      if (next === '"') {
        this.#at += 1;
        return text + quote;
      }
      text += next === '$' ? this.#dollar() : this.#quotedCharacter();
    }
    throw new Error('unexpected end of statement while looking for matching double-quote');
  }

  #quotedCharacter(): string {
    const character = this.#take();
    if (character !== this.#escape) return character;
    const next = this.#peek();
    const kept = this.#rawEscapes ? character : '';
    if (next === undefined) return kept;
    return kept + ('"$'.includes(next) || next === this.#escape ? this.#take() : character);
  }

  #quote(): string {
    const quote = this.#take();
    return this.#options.rawQuotes ? quote : '';
  }

  /** The blanks after `<<` belong to the word. */
  #heredocStart(): string {
    let text = this.#take();
    if (this.#peek() !== '<') return text;
    text += this.#take();
    while (/^[\t\r ]$/.test(this.#peek() ?? '')) text += this.#take();
    return text;
  }

  #dollar(): string {
    this.#take();
    if (this.#peek() === '{') return this.#braced();
    const name = this.#name();
    if (name === '') return '$';
    return this.#variables(name) ?? (this.#options.keepUnset ? `$${name}` : '');
  }

  #braced(): string {
    this.#take();
    const first = this.#peek();
    if (first === undefined) throw new Error(missingBrace);
    if ('{}:'.includes(first)) throw new Error('syntax error: bad substitution');
    const name = this.#name();
    const modifier = this.#take();
    if (modifier === '}') return this.#variables(name) ?? (this.#options.keepUnset ? `\${${name}}` : '');
    if (modifier === '/') return this.#replacing(name);
    if (modifier !== ':') return this.#modified(name, modifier, modifier);
    const second = this.#take();
    return this.#modified(name, second, `:${second}`);
  }

  #modified(name: string, modifier: string, written: string): string {
    const isPattern = modifier === '#' || modifier === '%';
    if (!'+-?#%'.includes(modifier) || modifier === '' || (isPattern && written !== modifier))
      throw new Error(`unsupported modifier (${written || '\uFFFD'}) in substitution`);
    const word = this.#operand('}', isPattern, missingBrace);
    const value = this.#variables(name);
    if (value === undefined && this.#options.keepUnset) return `\${${name}${written}${word}}`;
    if (isPattern) return trimmed(modifier, word, value ?? '');
    return alternative(name, value, { modifier, word, emptyIsUnset: written !== modifier });
  }

  #replacing(name: string): string {
    const all = this.#peek() === '/';
    if (all) this.#at += 1;
    const pattern = this.#operand('/', true, "syntax error: missing '/' in ${}");
    const replacement = this.#operand('}', true, missingBrace);
    const value = this.#variables(name);
    if (value === undefined && this.#options.keepUnset) return `\${${name}/${pattern}/${replacement}}`;
    return replaced(pattern, value ?? '', replacement, all);
  }

  #operand(stop: string, rawEscapes: boolean, atEnd: string): string {
    try {
      return this.upTo(stop, rawEscapes).text;
    } catch (error) {
      throw this.#peek() === undefined ? new Error(atEnd, { cause: error }) : error;
    }
  }

  /** Letters, digits and underscores; or digits alone; or one of the shell's special parameters. */
  #name(): string {
    const rest = this.#characters.slice(this.#at).join('');
    const name = /^(?:\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*)/u.exec(rest)?.[0] ?? '';
    this.#at += Array.from(name).length;
    return name;
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #take(): string {
    return this.#characters[this.#at++] ?? '';
  }
}

function trimmed(modifier: string, word: string, value: string): string {
  const greedy = word.startsWith(modifier);
  const pattern = greedy ? word.slice(1) : word;
  return modifier === '%' ? withoutSuffix(pattern, value, greedy) : withoutPrefix(pattern, value, greedy);
}

function alternative(
  name: string,
  value: string | undefined,
  { modifier, word, emptyIsUnset }: { modifier: string; word: string; emptyIsUnset: boolean },
): string {
  const counts = value !== undefined && !(emptyIsUnset && value === '');
  if (modifier === '+') return counts ? word : '';
  if (counts) return value;
  if (modifier === '-') return word;
  throw new Error(`${name}: ${word || `is not allowed to be ${value === undefined ? 'unset' : 'empty'}`}`);
}
