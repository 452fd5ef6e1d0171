import { StatusError } from '../errors.ts';
import { compile, render, renderHeader, TemplateError } from '../template/template.ts';
import type { Template } from '../template/template.ts';
import { asRow } from '../template/values.ts';
import { alignTabs } from './tabs.ts';

/** What a command lists: the fields that `--format` may name, with their titles, and the table without it. */
export interface Listing<T> {
  /** Go's name of a row, for messages. */
  readonly type: string;
  readonly fields: Readonly<Record<string, Field<T>>>;
  readonly table: string;
  readonly quiet: string;
  /** What `--format raw` stands for; the word itself where there is none. */
  readonly raw?: string;
  /** What that and `--quiet` stand for. */
  readonly rawQuiet?: string;
  /** Fields that take arguments. */
  readonly methods?: Readonly<Record<string, Method<T>>>;
  /** How a template's failures begin. */
  readonly failures?: { readonly compile: string; readonly execute: string };
}

export interface Method<T> {
  title(argument: string): string;
  value(item: T, argument: string): unknown;
}

export interface Field<T> {
  /** Fields without one are no columns. */
  readonly title?: string;
  /** Of one item; `full` is `--no-trunc`. */
  value(item: T, full: boolean): unknown;
}

export interface ListOptions {
  readonly format: string;
  readonly quiet?: boolean;
  readonly full?: boolean;
}

const failure = 'template parsing error';
const minWidth = 10;
const padding = 3;

/** A format of a list, checked. @throws StatusError */
export class ListFormat<T> {
  readonly #listing: Listing<T>;
  readonly #template: Template;
  readonly #isTable: boolean;
  readonly #full: boolean;

  constructor(listing: Listing<T>, { format, quiet = false, full = false }: ListOptions) {
    const { source, isTable } = choose(listing, format, quiet);
    this.#listing = listing;
    this.#isTable = isTable;
    this.#full = full;
    this.#template = compileFormat(source, this.#failures.compile);
  }

  get #failures(): { readonly compile: string; readonly execute: string } {
    return this.#listing.failures ?? { compile: failure, execute: failure };
  }

  render(items: readonly T[]): string {
    const rows = items.map((item) =>
      this.#execute(() => render(this.#template, row(this.#listing, item, this.#full))),
    );
    if (this.#isTable)
      return alignTabs([this.#header(), ...rows].map((line) => `${line}\n`).join(''), minWidth, padding);
    return rows.map((row) => `${row}\n`).join('');
  }

  /** Whether the format shows a field; for those that cost the engine something. */
  names(field: string): boolean {
    let named = false;
    const titles = this.#titles(this.#listing.failures === undefined);
    Object.defineProperty(titles, field, { enumerable: true, get: () => ((named = true), '') });
    this.#execute(() => renderHeader(this.#template, titles));
    return named;
  }

  /** Docker minds no failure in it, where there are no rows to fail too. */
  #header(): string {
    try {
      return renderHeader(this.#template, this.#titles(true));
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return '';
    }
  }

  #execute<R>(work: () => R): R {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw new StatusError(1, `${this.#failures.execute}: ${error.message}`);
    }
  }

  /** With `lenient` as a map, which has nothing for the names that it does not know. */
  #titles(lenient: boolean): object {
    const fields = Object.entries(this.#listing.fields);
    const methods = Object.entries(this.#listing.methods ?? {});
    const titles = Object.fromEntries([
      ...fields.map(([name, { title }]) => [name, title ?? name]),
      ...methods.map(([name, method]) => [name, (argument: string) => method.title(argument)]),
    ]) as object;
    return lenient ? asRow(titles, 'formatter.SubHeaderContext', true) : asRow(titles, this.#listing.type);
  }
}

/** An item as templates see it: fields in the order of their names, each computed when it is read. */
export function row<T>(listing: Listing<T>, item: T, full: boolean): object {
  const made = asRow({}, listing.type);
  for (const name of Object.keys(listing.fields).sort()) {
    const get = () => listing.fields[name]?.value(item, full);
    Object.defineProperty(made, name, { enumerable: true, get });
  }
  for (const [name, method] of Object.entries(listing.methods ?? {})) {
    Object.defineProperty(made, name, { value: (argument: string) => method.value(item, argument) });
  }
  return made;
}

function choose<T>(
  listing: Listing<T>,
  format: string,
  quiet: boolean,
): { source: string; isTable: boolean } {
  if (format === 'json') return { source: '{{json .}}', isTable: false };
  if (format === 'raw') {
    const raw = quiet ? (listing.rawQuiet ?? listing.raw) : listing.raw;
    return { source: raw ?? format, isTable: false };
  }
  if (format !== '' && !format.startsWith('table')) return { source: unescape(format), isTable: false };
  const own = unescape(format.slice('table'.length));
  if (own !== '') return { source: own, isTable: true };
  return quiet ? { source: listing.quiet, isTable: false } : { source: listing.table, isTable: true };
}

/** Shells pass `\t` and `\n` on as they are. */
function unescape(format: string): string {
  return format
    .replace(/^ +| +$/g, '')
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n');
}

function compileFormat(source: string, failure: string): Template {
  try {
    return compile(source);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new StatusError(1, `${failure}: ${error.message}`);
  }
}

/** Lines of `name: value`. */
export function rawFormat(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** A format that the client's configuration gives is for lists that were asked for in no other way. */
export function withPreset<T extends { readonly format: string; readonly quiet?: boolean }>(
  values: T,
  preset: string,
): T {
  return values.format === '' && !values.quiet ? { ...values, format: preset } : values;
}
