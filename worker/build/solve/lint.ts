import { parseReference } from '../../oci/reference.ts';
import { suggestion } from '../instructions/suggestion.ts';
import type { Lines, Stage } from '../instructions/instruction.ts';
import { substitute } from '../substitution.ts';
import type { Dockerfile, Statement } from '../syntax/dockerfile.ts';
import type { Linter } from './linter.ts';

/** What can be said of a Dockerfile as it is written, before anything is looked up. */
export function lintStatements(linter: Linter, { statements, emptyContinuations }: Dockerfile): void {
  for (const line of emptyContinuations)
    linter.warn('NoEmptyContinuation', 'Empty continuation line', { first: line, last: line });
  for (const statement of statements) {
    if (is(statement, 'FROM')) lintFrom(linter, statement);
    if (is(statement, 'MAINTAINER'))
      linter.warn(
        'MaintainerDeprecated',
        'Maintainer instruction is deprecated in favor of using label',
        linesOf(statement),
      );
  }
}

const is = ({ name }: Statement, wanted: string) => name.toUpperCase() === wanted;
const linesOf = ({ firstLine: first, lastLine: last }: Statement): Lines => ({ first, last });

function lintFrom(linter: Linter, statement: Statement): void {
  const [, as, name] = statement.rest.split(/\s+/);
  if (as === undefined || name === undefined) return;
  const lines = linesOf(statement);
  if (name !== name.toLowerCase())
    linter.warn('StageNameCasing', `Stage name '${name}' should be lowercase`, lines);
  const from = statement.name;
  if ((from === from.toUpperCase()) !== (as === as.toUpperCase()))
    linter.warn('FromAsCasing', `'${as}' and '${from}' keywords' casing do not match`, lines);
}

const reserved = new Set(['context', 'scratch']);

/** What can be said of the names in a Dockerfile that is a proper one. */
export function lintNames(linter: Linter, { statements }: Dockerfile, stages: readonly Stage[]): void {
  const known = new Set<string>();
  for (const { name, lines } of stages.filter((stage) => stage.name !== '')) {
    const shown = JSON.stringify(name);
    if (reserved.has(name))
      linter.warn(
        'ReservedStageName',
        `Stage name should not use the same name as reserved stage ${shown}`,
        lines,
      );
    if (known.has(name))
      linter.warn('DuplicateStageName', `Duplicate stage name ${shown}, stage names should be unique`, lines);
    known.add(name);
  }
  lintCasing(linter, statements.slice(statements.findIndex((one) => is(one, 'FROM'))));
}

/** Arguments before the first FROM do not count. */
function lintCasing(linter: Linter, statements: readonly Statement[]): void {
  const lower = statements.filter(({ name }) => name === name.toLowerCase()).length;
  const upper = statements.filter(({ name }) => name === name.toUpperCase()).length;
  const [casing, cased] =
    lower > upper
      ? (['lowercase', (name: string) => name.toLowerCase()] as const)
      : (['uppercase', (name: string) => name.toUpperCase()] as const);
  for (const statement of statements)
    if (statement.name !== cased(statement.name))
      linter.warn(
        'ConsistentInstructionCasing',
        `Command '${statement.name}' should match the case of the command majority (${casing})`,
        linesOf(statement),
      );
}

/** Whether the bases are images without what is given on the command line. */
export function lintDefaultBases(
  linter: Linter,
  stages: readonly Stage[],
  defaults: ReadonlyMap<string, string>,
  escape: string,
): void {
  for (const { base, lines } of stages) {
    try {
      parseReference(substitute(base, (name) => defaults.get(name), { escape }));
    } catch {
      linter.warn(
        'InvalidDefaultArgInFrom',
        `Default value for ARG ${base} results in empty or invalid base image name`,
        lines,
      );
    }
  }
}

/** The arguments of a FROM. */
export function lintBase(
  linter: Linter,
  { base, platform, name: stage, lines }: Stage,
  globals: ReadonlyMap<string, string>,
  declared: ReadonlySet<string>,
): void {
  for (const text of [base, platform])
    for (const name of unknownNames(text, globals))
      if (!declared.has(name))
        linter.warn(
          'UndefinedArgInFrom',
          `FROM argument '${name}' is not declared${suggestion(name, [...globals.keys()], true)}`,
          lines,
        );
  if (/^\$(?:TARGETPLATFORM|\{TARGETPLATFORM\})$/.test(platform))
    linter.warn(
      'RedundantTargetPlatform',
      `Setting platform to predefined ${platform} in FROM is redundant as this is the default behavior`,
      lines,
    );
  const isConstant = platform !== '' && !platform.includes('$');
  if (isConstant && !platform.split('/').some((part) => stage.includes(part)))
    linter.warn(
      'FromPlatformFlagConstDisallowed',
      `FROM --platform flag should not use constant value ${JSON.stringify(platform)}`,
      lines,
    );
}

function unknownNames(text: string, known: ReadonlyMap<string, string>): Set<string> {
  const unknown = new Set<string>();
  const look = (name: string) => {
    if (!known.has(name)) unknown.add(name);
    return known.get(name);
  };
  try {
    substitute(text, look);
  } catch {
    return unknown;
  }
  return unknown;
}
