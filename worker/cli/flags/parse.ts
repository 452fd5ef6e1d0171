import type { Flag, FlagTable, FlagValues } from './flag.ts';
import { readBool } from './numbers.ts';

export interface Parsed<F extends FlagTable> {
  readonly values: FlagValues<F>;
  /** Names of the flags that were mentioned. */
  readonly mentioned: ReadonlySet<string>;
  /** What is left: the positional arguments. */
  readonly args: string[];
  /** `--help` or `-h` was met, which ends everything else. */
  readonly help: 'long' | 'short' | undefined;
}

/** A mistake in the flags, in pflag's words. */
export class FlagError extends Error {}

/**
 * Reads arguments as pflag does. With `optionsFirst` the first positional argument ends the options, as for `docker run`.
 * @throws FlagError
 */
export function parseFlags<F extends FlagTable>(
  table: F,
  args: readonly string[],
  optionsFirst = false,
): Parsed<F> {
  const reader = new FlagReader(table, args, optionsFirst);
  reader.run();
  const values = Object.fromEntries(
    Object.entries(table).map(([name, flag]) => [
      name,
      reader.values.has(name) ? reader.values.get(name) : flag.initial,
    ]),
  ) as FlagValues<F>;
  return { values, mentioned: new Set(reader.values.keys()), args: reader.positional, help: reader.help };
}

class FlagReader {
  readonly values = new Map<string, unknown>();
  readonly positional: string[] = [];
  help: 'long' | 'short' | undefined;
  readonly #table: FlagTable;
  readonly #shorts: ReadonlyMap<string, string>;
  readonly #rest: string[];
  readonly #optionsFirst: boolean;

  constructor(table: FlagTable, args: readonly string[], optionsFirst: boolean) {
    this.#table = table;
    this.#shorts = new Map(Object.entries(table).map(([name, flag]) => [flag.short ?? '', name]));
    this.#rest = [...args];
    this.#optionsFirst = optionsFirst;
  }

  run(): void {
    for (let arg = this.#rest.shift(); arg !== undefined; arg = this.#rest.shift()) {
      if (arg === '--') return this.#keepRest();
      if (arg.startsWith('--')) this.#long(arg);
      else if (arg.startsWith('-') && arg !== '-') this.#short(arg.slice(1));
      else {
        this.positional.push(arg);
        if (this.#optionsFirst) return this.#keepRest();
      }
      if (this.help) return this.#keepRest();
    }
  }

  #keepRest(): void {
    this.positional.push(...this.#rest.splice(0));
  }

  #long(arg: string): void {
    const equals = arg.indexOf('=', 2);
    const name = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
    if (name === '' || name.startsWith('-')) throw new FlagError(`bad flag syntax: ${arg}`);
    const flag = this.#flag(name);
    if (!flag && name === 'help')
      this.help = equals < 0 || readBool(arg.slice(equals + 1)) ? 'long' : undefined;
    else if (!flag) throw new FlagError(`unknown flag: --${name}`);
    else if (equals >= 0) this.#set(name, flag, arg.slice(equals + 1));
    else this.#set(name, flag, flag.bare ?? this.#next(`flag needs an argument: ${arg}`));
  }

  /** A group of one-letter flags; the first that wants a value takes what follows it. */
  #short(group: string): void {
    for (let letters = group; letters !== '' && !this.help;) {
      const letter = letters.slice(0, 1);
      const name = this.#shorts.get(letter);
      const flag = name === undefined ? undefined : this.#flag(name);
      if (name !== undefined && flag) letters = this.#shortValue(name, flag, letters);
      else if (letter === 'h') this.help = 'short';
      else throw new FlagError(`unknown shorthand flag: ${firstByte(letters)} in -${letters}`);
    }
  }

  /** Returns the letters that are still to be read. */
  #shortValue(name: string, flag: Flag, letters: string): string {
    if (letters.length > 2 && letters[1] === '=') this.#set(name, flag, letters.slice(2));
    else if (flag.bare !== undefined) {
      this.#set(name, flag, flag.bare);
      return letters.slice(1);
    } else if (letters.length > 1) this.#set(name, flag, letters.slice(1));
    else this.#set(name, flag, this.#next(`flag needs an argument: '${letters[0]}' in -${letters}`));
    return '';
  }

  #flag(name: string): Flag | undefined {
    return Object.hasOwn(this.#table, name) ? this.#table[name] : undefined;
  }

  #next(otherwise: string): string {
    const next = this.#rest.shift();
    if (next === undefined) throw new FlagError(otherwise);
    return next;
  }

  #set(name: string, flag: Flag, text: string): void {
    const meant = flag.spells ?? name;
    const mentioned = this.values.has(meant);
    try {
      this.values.set(meant, flag.read(text, mentioned ? this.values.get(meant) : flag.initial, mentioned));
    } catch (error) {
      const spelling = flag.short === undefined ? `--${name}` : `-${flag.short}, --${name}`;
      const why = error instanceof Error ? error.message : String(error);
      throw new FlagError(`invalid argument ${JSON.stringify(text)} for "${spelling}" flag: ${why}`);
    }
  }
}

/** As pflag has it: it looks at bytes. */
function firstByte(letters: string): string {
  const [byte = 0] = new TextEncoder().encode(letters);
  return `'${String.fromCharCode(byte)}'`;
}
