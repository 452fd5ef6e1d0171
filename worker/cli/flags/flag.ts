/** A flag as pflag knows it (https://pkg.go.dev/github.com/spf13/pflag): how its value is read, and what the help says. */
export interface Flag<T = unknown> {
  /** The help's name for the value: `string`, `list`, ... */
  readonly type: string;
  readonly usage: string;
  readonly initial: T;
  readonly short?: string;
  /** As the help shows it; nothing is shown without one. */
  readonly defaultText?: string;
  /** The value when none is given; the next argument is taken for it otherwise. */
  readonly bare?: string;
  readonly hidden?: boolean;
  /** Printed when the flag is used. */
  readonly deprecated?: string;
  /** What cannot be had yet: using the flag ends the command. */
  readonly unavailable?: string;
  /** The flag that this is another spelling of; a mention of this one is one of that. */
  readonly spells?: string;
  /** Only for engines on Windows: not listed, and refused by the command. */
  readonly windows?: boolean;
  /** The environment variable that presets it. */
  readonly preset?: string;
  /** The value after one more mention; throws an Error whose message says what is wrong. */
  read(text: string, previous: T, mentioned: boolean): T;
}

export type FlagTable = Record<string, Flag>;
export type FlagValues<F extends FlagTable> = {
  readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never;
};

/** What any kind of flag may be given. */
export type FlagOptions = Partial<
  Pick<Flag, 'short' | 'hidden' | 'deprecated' | 'defaultText' | 'spells' | 'windows' | 'preset'>
>;

/** A flag that Docker has and this engine does not serve yet: read as always, refused when used. */
export function unavailable<T>(what: string, flag: Flag<T>): Flag<T> {
  return { ...flag, unavailable: what };
}

/** With the values that the environment gives to flags which are not mentioned. */
export function withPresets<F extends FlagTable>(flags: F, env: ReadonlyMap<string, string>): F {
  const entries = Object.entries(flags).map(([name, flag]): [string, Flag] => {
    const preset = flag.preset === undefined ? undefined : env.get(flag.preset);
    if (!preset) return [name, flag];
    return [name, { ...flag, initial: preset, defaultText: JSON.stringify(preset) }];
  });
  return entries.some(([name, flag]) => flag !== flags[name]) ? (Object.fromEntries(entries) as F) : flags;
}
