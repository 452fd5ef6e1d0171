import type { Column } from './columns.ts';
import { columnsOf, findColumn } from './columns.ts';
import { bsdFormats, standardFormat } from './formats.ts';
import type { Selector } from './selection.ts';
import { all, bsdSelection, byCommand, byNumber, byUser, leadsNoSession } from './selection.ts';

/** What ps is asked for. */
export interface PsRequest {
  readonly columns: readonly Column[];
  /** Processes that one of these takes; all of the container's when there is none. */
  readonly selectors: readonly Selector[];
  readonly deselect: boolean;
  readonly forest: boolean;
  readonly sort: readonly SortKey[];
}

export interface SortKey {
  readonly column: Column;
  readonly descending: boolean;
}

/** What procps says of arguments that it does not take. */
export class PsError extends Error {}

/** Parses the arguments of ps(1). `-aux` is no list of the user x, but what people mean by it. @throws PsError */
export function parsePsArguments(words: readonly string[]): PsRequest {
  return new Parser(words.map((word) => (/^-aux[wf]*$/.test(word) ? word.slice(1) : word))).parse();
}

type Option = (value: () => string) => void;

class Parser {
  readonly #words: string[];
  readonly #selectors: Selector[] = [];
  readonly #columns: Column[] = [];
  readonly #sort: SortKey[] = [];
  readonly #seen = new Set<string>();
  #bsd = '';
  #bsdFormat: string | undefined;

  constructor(words: readonly string[]) {
    this.#words = words.filter((word) => word !== '');
  }

  parse(): PsRequest {
    for (let word = this.#words.shift(); word !== undefined; word = this.#words.shift()) this.#word(word);
    if (/[ax]/.test(this.#bsd)) this.#selectors.push(bsdSelection(this.#bsd));
    return {
      columns: this.#format(),
      selectors: this.#selectors,
      deselect: this.#seen.has('N'),
      forest: this.#seen.has('H') || this.#bsd.includes('f'),
      sort: this.#sort,
    };
  }

  #word(word: string): void {
    if (word.startsWith('--')) this.#long(word.slice(2));
    else if (word.startsWith('-')) this.#letters(word.slice(1), this.#unix, 'error: unsupported SysV option');
    else if (/^\d/.test(word)) this.#selectors.push(byNumber('pid', word));
    else this.#letters(word, this.#bsdOptions, 'error: unsupported option (BSD syntax)');
  }

  /** An option's value is the rest of its word, or the next one. */
  #letters(word: string, options: Readonly<Record<string, Option>>, unsupported: string): void {
    for (let at = 0; at < word.length; at += 1) {
      const letter = word[at] ?? '';
      const option = Object.hasOwn(options, letter) ? options[letter] : undefined;
      if (option === undefined) throw new PsError(unsupported);
      option(() => {
        const rest = word.slice(at + 1);
        at = word.length;
        return rest === '' ? this.#next() : rest;
      });
    }
  }

  #next(): string {
    const word = this.#words.shift();
    if (word === undefined) throw new PsError('error: list of process IDs must follow option');
    return word;
  }

  #long(word: string): void {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const option = Object.hasOwn(this.#gnu, name) ? this.#gnu[name] : undefined;
    if (option === undefined) throw new PsError('error: unknown gnu long option');
    option(() => (equals < 0 ? this.#next() : word.slice(equals + 1)));
  }

  readonly #flag =
    (name: string): Option =>
    () => {
      this.#seen.add(name);
    };

  readonly #select =
    (make: (value: string) => Selector): Option =>
    (value) => {
      this.#selectors.push(make(value()));
    };

  readonly #take =
    (selector: Selector): Option =>
    () => {
      this.#selectors.push(selector);
    };

  readonly #output: Option = (value) => this.#columns.push(...parseFormat(value()));
  readonly #pids = this.#select((value) => byNumber('pid', value));
  readonly #parents = this.#select((value) => byNumber('ppid', value));
  readonly #sessions = this.#select((value) => byNumber('session', value));
  readonly #commands = this.#select(byCommand);
  readonly #users = this.#select((value) => byUser(value, 1));
  readonly #realUsers = this.#select((value) => byUser(value, 0));

  readonly #unix: Readonly<Record<string, Option>> = {
    e: this.#take(all),
    A: this.#take(all),
    a: this.#take(({ tty, pid, session }) => tty !== 0 && pid !== session),
    d: this.#take(leadsNoSession),
    p: this.#pids,
    C: this.#commands,
    u: this.#users,
    U: this.#realUsers,
    s: this.#sessions,
    o: this.#output,
    w: () => undefined,
    ...Object.fromEntries(['f', 'F', 'l', 'y', 'j', 'N', 'H'].map((name) => [name, this.#flag(name)])),
  };

  readonly #bsdLetter =
    (letter: string): Option =>
    () => {
      this.#bsd += letter;
      if (Object.hasOwn(bsdFormats, letter)) this.#bsdFormat = bsdFormats[letter];
    };

  readonly #bsdOptions: Readonly<Record<string, Option>> = {
    p: this.#pids,
    U: this.#users,
    o: this.#output,
    w: () => undefined,
    ...Object.fromEntries(
      ['a', 'x', 'f', 'T', ...Object.keys(bsdFormats)].map((letter) => [letter, this.#bsdLetter(letter)]),
    ),
  };

  readonly #gnu: Readonly<Record<string, Option>> = {
    pid: this.#pids,
    ppid: this.#parents,
    sid: this.#sessions,
    user: this.#users,
    User: this.#realUsers,
    format: this.#output,
    sort: (value) => this.#sort.push(...value().split(',').map(parseSortKey)),
    forest: this.#flag('H'),
    deselect: this.#flag('N'),
    cols: (value) => void value(),
    columns: (value) => void value(),
    width: (value) => void value(),
  };

  #format(): Column[] {
    const own = ['f', 'F', 'l', 'y', 'j'].some((name) => this.#seen.has(name));
    if (this.#columns.length > 0) {
      if (own || this.#bsdFormat !== undefined) throw new PsError('error: conflicting format options');
      return this.#columns;
    }
    if (this.#bsdFormat !== undefined) return columnsOf(this.#bsdFormat);
    return standardFormat({
      full: this.#seen.has('f'),
      extraFull: this.#seen.has('F'),
      long: this.#seen.has('l'),
      noAddress: this.#seen.has('y'),
      jobs: this.#seen.has('j'),
      bsd: this.#bsd !== '' && !own,
    });
  }
}

/** `pid,cmd:20,user=WHO`: what follows an equals sign is a header, to the end. */
function parseFormat(text: string): Column[] {
  const equals = text.indexOf('=');
  const names = (equals < 0 ? text : text.slice(0, equals)).split(/[, \t]+/).filter(Boolean);
  return names.map((name, i) => {
    const header = equals >= 0 && i === names.length - 1 ? text.slice(equals + 1) : undefined;
    return requireColumn(name.replace(/:\d+$/, ''), header);
  });
}

function requireColumn(name: string, header?: string): Column {
  const column = findColumn(name, header);
  if (column === undefined)
    throw new PsError(`error: unknown user-defined format specifier ${JSON.stringify(name)}`);
  return column;
}

function parseSortKey(text: string): SortKey {
  const column = findColumn(text.replace(/^[+-]/, ''));
  if (column === undefined) throw new PsError('error: unknown sort specifier');
  return { column, descending: text.startsWith('-') };
}
