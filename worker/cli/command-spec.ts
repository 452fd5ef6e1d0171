import type { EngineApi } from '../protocol/engine-api.ts';
import type { ClientConfig } from './client-config.ts';
import type { FlagTable, FlagValues } from './flags/flag.ts';
import type { ClientSession } from './session.ts';
import type { Printer } from './text.ts';

/** One command, declared: what the parser, the help and the dispatcher need. */
export interface CommandSpec<F extends FlagTable = FlagTable> {
  /** What follows the command's name in its usage line. */
  readonly usage: string;
  readonly short: string;
  /** What the help says instead of `short`. */
  readonly long?: string;
  readonly args: ArgsRule;
  /** Every spelling, as the help lists them; nothing is listed for a command with one. */
  readonly spellings?: string;
  readonly flags: F;
  /** What a plugin of Docker's client puts before its own mistakes. */
  readonly mistakePrefix?: string;
  /** The first positional argument ends the options. */
  readonly optionsFirst?: boolean;
  /** Rejects with a StatusError for an exit code with or without a text. */
  run(call: Call<F>): Promise<number | void>;
}

/** How many positional arguments there must be. */
export interface ArgsRule {
  readonly min: number;
  readonly max: number;
}

export const noArgs: ArgsRule = { min: 0, max: 0 };
export const exactly = (count: number): ArgsRule => ({ min: count, max: count });
export const atLeast = (min: number): ArgsRule => ({ min, max: Infinity });
export const atMost = (max: number): ArgsRule => ({ min: 0, max });

/** One use of a command. */
export interface Call<F extends FlagTable = FlagTable> {
  readonly engine: EngineApi;
  readonly session: ClientSession;
  readonly config: ClientConfig;
  /** `--debug` was given. */
  readonly debug: boolean;
  /** As it was spelled: `docker container ls`. */
  readonly name: string;
  readonly values: FlagValues<F>;
  readonly mentioned: ReadonlySet<string>;
  readonly args: readonly string[];
  readonly out: Printer;
  readonly err: Printer;
}

/** Forgets the types of the flags, which only the command itself knows. */
export function command<F extends FlagTable>(spec: CommandSpec<F>): CommandSpec {
  return spec;
}
