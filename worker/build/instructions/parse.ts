import { invalid } from '../../oci/errors.ts';
import { MalformedError } from '../errors.ts';
import { SourceError } from './source-error.ts';
import { blankWords, listArguments, pairs, wholeArguments } from '../syntax/arguments.ts';
import type { Dockerfile, Statement } from '../syntax/dockerfile.ts';
import { parseStatement } from '../syntax/dockerfile.ts';
import { splitWords } from '../syntax/words.ts';
import { Flags } from './flags.ts';
import { parseHealth } from './health.ts';
import type {
  CommandLine,
  Instruction,
  InstructionName,
  InstructionNamed,
  Meanings,
  Program,
  Stage,
} from './instruction.ts';
import { parseFrom } from './from.ts';
import { parseRunFlags } from './run-flags.ts';
import { suggestion } from './suggestion.ts';
import { parseTransfer, transferFlags } from './transfer.ts';

type Parsers = { [Name in InstructionName]: (statement: Statement, escape: string) => Meanings[Name] };

const parsers: Parsers = {
  ADD(statement) {
    const flags = Flags.parse(statement.flags, {
      ...transferFlags,
      'keep-git-dir': 'switch',
      checksum: 'text',
      unpack: 'switch',
    });
    return {
      ...parseTransfer(statement, 'ADD', flags),
      checksum: flags.text('checksum'),
      keepGitDir: flags.isSet('keep-git-dir'),
      unpack: flags.text('unpack') === '' ? undefined : flags.isSet('unpack'),
    };
  },
  ARG(statement, escape) {
    const words = splitWords(statement.rest, escape);
    if (words.length === 0) throw atLeastOne('ARG');
    return { args: words.map(argument) };
  },
  CMD: (statement) => ({ command: commandLine(withoutFlags(statement)) }),
  COPY(statement) {
    const newer = statement.isNewer ? ({ parents: 'switch' } as const) : {};
    const flags = Flags.parse(statement.flags, { ...transferFlags, ...newer, from: 'text' });
    return {
      ...parseTransfer(statement, 'COPY', flags),
      from: flags.text('from'),
    };
  },
  ENTRYPOINT: (statement) => ({ command: commandLine(withoutFlags(statement)) }),
  ENV: (statement, escape) => ({ pairs: pairs(withoutFlags(statement), 'ENV', escape) }),
  EXPOSE(statement) {
    const ports = blankWords(withoutFlags(statement));
    if (ports.length === 0) throw atLeastOne('EXPOSE');
    return { ports: ports.sort() };
  },
  HEALTHCHECK: (statement) => ({ health: parseHealth(statement) }),
  LABEL: (statement, escape) => ({ pairs: pairs(withoutFlags(statement), 'LABEL', escape) }),
  MAINTAINER: (statement) => ({ maintainer: one(statement, 'MAINTAINER') }),
  ONBUILD: (statement, escape) => ({ trigger: trigger(statement, escape) }),
  RUN: (statement) => ({
    command: commandLine(statement.rest),
    heredocs: statement.heredocs,
    ...parseRunFlags(statement),
  }),
  SHELL(statement) {
    const { words, json } = wholeArguments(withoutFlags(statement));
    if (words.length === 0) throw atLeastOne('SHELL');
    if (!json) throw invalid('SHELL requires the arguments to be in JSON form');
    return { shell: words };
  },
  STOPSIGNAL: (statement) => ({ signal: one(statement, 'STOPSIGNAL') }),
  USER: (statement) => ({ user: one(statement, 'USER') }),
  VOLUME: (statement) => ({ volumes: volumes(withoutFlags(statement)) }),
  WORKDIR: (statement) => ({ path: one(statement, 'WORKDIR') }),
};

const names = Object.keys(parsers) as InstructionName[];
const allNames = [...names, 'FROM'].map((name) => name.toLowerCase()).sort();

/** Understands all of a Dockerfile. Fails with `invalid`, saying in which line. */
export function parseProgram({ statements, escape }: Dockerfile): Program {
  const globals: InstructionNamed<'ARG'>[] = [];
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const statement of statements) {
    if (statement.name.toUpperCase() === 'FROM') {
      stages.push({ ...located(statement, () => parseFrom(statement)), instructions: [] });
      continue;
    }
    const instruction = located(statement, () => parseInstruction(statement, escape));
    const stage = stages.at(-1);
    if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.name === 'ARG') globals.push(instruction);
    else
      throw new SourceError('no build stage in current context', {
        first: statement.firstLine,
        last: statement.lastLine,
      });
  }
  return { globals, stages };
}

/** Understands one instruction that may be in a stage. */
export function parseInstruction(statement: Statement, escape: string): Instruction {
  const name = names.find((known) => known === statement.name.toUpperCase());
  if (name === undefined)
    throw invalid(`unknown instruction: ${statement.name}${suggestion(statement.name, allNames, false)}`);
  const meaning = parsers[name](statement, escape);
  const lines = { first: statement.firstLine, last: statement.lastLine };
  return { name, source: statement.source.trim(), lines, ...meaning } as Instruction;
}

function located<T>({ firstLine, lastLine }: Statement, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const text = (error as Error).message;
    const isMalformed = error instanceof MalformedError;
    const message = isMalformed ? text : `dockerfile parse error on line ${firstLine}: ${text}`;
    throw new SourceError(message, { first: firstLine, last: lastLine }, error);
  }
}

function withoutFlags({ flags, rest }: Statement): string {
  Flags.parse(flags);
  return rest;
}

function one(statement: Statement, name: string): string {
  if (statement.rest === '') throw invalid(`${name} requires exactly one argument`);
  return withoutFlags(statement);
}

function atLeastOne(name: string): Error {
  return invalid(`${name} requires at least one argument`);
}

function commandLine(rest: string): CommandLine {
  const { words, json } = wholeArguments(rest);
  return { words, shell: !json };
}

function argument(word: string): { key: string; value: string | undefined } {
  const cut = word.indexOf('=');
  if (cut === 0) throw invalid('ARG names can not be blank');
  return cut < 0 ? { key: word, value: undefined } : { key: word.slice(0, cut), value: word.slice(cut + 1) };
}

function volumes(rest: string): string[] {
  const paths = listArguments(rest).words.map((path) => path.trim());
  if (paths.length === 0) throw atLeastOne('VOLUME');
  if (paths.includes('')) throw invalid('VOLUME specified can not be an empty string');
  return paths;
}

function trigger(statement: Statement, escape: string): string {
  const rest = withoutFlags(statement);
  if (rest === '') throw atLeastOne('ONBUILD');
  const name = parseStatement(rest, escape, statement.firstLine).name.toUpperCase();
  if (name === 'ONBUILD') throw invalid("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (name === 'MAINTAINER' || name === 'FROM') throw invalid(`${name} isn't allowed as an ONBUILD trigger`);
  const heredocs = statement.heredocs.map(({ name: end, content }) => `\n${content}${end}`);
  return statement.source.replace(/^\s*ONBUILD\s*/i, '') + heredocs.join('');
}
