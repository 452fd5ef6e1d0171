import { invalid } from '../../oci/errors.ts';
import { suggestion } from './suggestion.ts';

export type FlagKind = 'text' | 'switch' | 'list';

/** The flags that an instruction was given. */
export class Flags {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  private constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /** Fails with `invalid` on what is not among the `known` ones. */
  static parse(flags: readonly string[], known: Readonly<Record<string, FlagKind>> = {}): Flags {
    const values = new Map<string, string[]>();
    for (const flag of flags) {
      const cut = flag.indexOf('=');
      const name = flag.slice(2, cut < 0 ? undefined : cut);
      const kind = Object.hasOwn(known, name) ? known[name] : undefined;
      if (kind === undefined)
        throw invalid(`unknown flag: --${name}${suggestion(name, Object.keys(known), true)}`);
      const before = values.get(name) ?? [];
      if (before.length > 0 && kind !== 'list') throw invalid(`duplicate flag specified: --${name}`);
      values.set(name, [...before, valueOf(name, kind, cut < 0 ? undefined : flag.slice(cut + 1))]);
    }
    return new Flags(values);
  }

  text(name: string): string {
    return this.#values.get(name)?.[0] ?? '';
  }

  isSet(name: string): boolean {
    return this.text(name) === 'true';
  }

  list(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

function valueOf(name: string, kind: FlagKind, value: string | undefined): string {
  if (kind !== 'switch') {
    if (value === undefined) throw invalid(`missing a value on flag: --${name}`);
    return value;
  }
  if (value === '') throw invalid(`missing a value on flag: --${name}`);
  const lower = (value ?? 'true').toLowerCase();
  if (lower !== 'true' && lower !== 'false')
    throw invalid(`expecting boolean value for flag --${name}, not: ${value}`);
  return lower;
}
