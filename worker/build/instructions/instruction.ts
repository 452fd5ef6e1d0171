import type { Healthcheck } from '../../oci/imageconfig.ts';
import type { Heredoc } from '../syntax/heredoc.ts';
import type { Pair } from '../syntax/arguments.ts';

/** A command line as it is written: words of a JSON array, or one text for the shell; nothing was said where `words` is empty. */
export interface CommandLine {
  readonly words: readonly string[];
  readonly shell: boolean;
}

/** What COPY and ADD have in common. */
export interface Transfer {
  readonly sources: readonly string[];
  /** Files whose contents stand in the Dockerfile. */
  readonly contents: readonly Heredoc[];
  readonly destination: string;
  readonly chown: string;
  readonly chmod: string;
  readonly link: boolean;
  readonly excludes: readonly string[];
  /** Whether the directories that a source lies in are made, too. */
  readonly parents: boolean;
}

/** What each instruction says, by its name. */
export interface Meanings {
  ADD: Transfer & {
    readonly checksum: string;
    readonly keepGitDir: boolean;
    /** Whether archives are unpacked: local ones are unless it is said, fetched ones are not. */
    readonly unpack: boolean | undefined;
  };
  ARG: { readonly args: readonly { readonly key: string; readonly value: string | undefined }[] };
  CMD: { readonly command: CommandLine };
  COPY: Transfer & { readonly from: string };
  ENTRYPOINT: { readonly command: CommandLine };
  ENV: { readonly pairs: readonly Pair[] };
  EXPOSE: { readonly ports: readonly string[] };
  HEALTHCHECK: { readonly health: Healthcheck };
  LABEL: { readonly pairs: readonly Pair[]; readonly literal?: boolean };
  MAINTAINER: { readonly maintainer: string };
  ONBUILD: { readonly trigger: string };
  RUN: {
    readonly command: CommandLine;
    readonly heredocs: readonly Heredoc[];
    /** As they are written: what they say depends on variables. */
    readonly mounts: readonly string[];
    readonly network: 'default' | 'none' | 'host';
    readonly security: 'sandbox' | 'insecure';
  };
  SHELL: { readonly shell: readonly string[] };
  STOPSIGNAL: { readonly signal: string };
  USER: { readonly user: string };
  VOLUME: { readonly volumes: readonly string[] };
  WORKDIR: { readonly path: string };
}

/** From 1, both inclusive. */
export interface Lines {
  readonly first: number;
  readonly last: number;
}

export type InstructionName = keyof Meanings;

/** An instruction that is understood; `source` is what the builder prints for it. */
export type Instruction = {
  [Name in InstructionName]: {
    readonly name: Name;
    readonly source: string;
    /** Where it is written; nothing for what no Dockerfile says. */
    readonly lines?: Lines;
  } & Meanings[Name];
}[InstructionName];

export type InstructionNamed<Name extends InstructionName> = Extract<Instruction, { name: Name }>;

/** FROM, and what follows it up to the next. */
export interface Stage {
  /** What it is built on: an image or an earlier stage, variables not yet replaced. */
  readonly base: string;
  /** In lower case; empty when it has none. */
  readonly name: string;
  readonly platform: string;
  readonly source: string;
  readonly lines: Lines;
  readonly instructions: readonly Instruction[];
}

export interface Program {
  /** ARGs before the first FROM. */
  readonly globals: readonly InstructionNamed<'ARG'>[];
  readonly stages: readonly Stage[];
}
