import type { Lines } from '../instructions/instruction.ts';
import type { Statement } from '../syntax/dockerfile.ts';
import { parseDockerfile } from '../syntax/dockerfile.ts';
import { isJsonArray } from '../syntax/arguments.ts';

/** What BuildKit's checks say of a Dockerfile. */
export interface LintWarning {
  readonly short: string;
  readonly detail: string;
  readonly url: string;
  readonly range: Lines;
}

interface Rule {
  readonly name: string;
  readonly description: string;
  /** What is wrong with the statement; undefined when nothing is. */
  check(statement: Statement, all: readonly Statement[]): string | undefined;
}

const is = ({ name }: Statement, wanted: string) => name.toUpperCase() === wanted;

/** https://docs.docker.com/reference/build-checks/ */
const rules: readonly Rule[] = [
  {
    name: 'StageNameCasing',
    description: 'Stage names should be lowercase',
    check(statement) {
      const name = is(statement, 'FROM') ? asName(statement)?.name : undefined;
      return name === undefined || name === name.toLowerCase()
        ? undefined
        : `Stage name '${name}' should be lowercase`;
    },
  },
  {
    name: 'FromAsCasing',
    description: "The 'as' keyword should match the case of the 'from' keyword",
    check(statement) {
      const as = is(statement, 'FROM') ? asName(statement)?.as : undefined;
      if (as === undefined) return undefined;
      const { name } = statement;
      const isSame = (name === name.toUpperCase()) === (as === as.toUpperCase());
      return isSame ? undefined : `'${as}' and '${name}' keywords' casing do not match`;
    },
  },
  {
    name: 'ConsistentInstructionCasing',
    description: 'All commands within the Dockerfile should use the same casing (either upper or lower)',
    check(statement, all) {
      const lower = all.filter(({ name }) => name === name.toLowerCase()).length;
      const upper = all.filter(({ name }) => name === name.toUpperCase()).length;
      const wanted = lower > upper ? statement.name.toLowerCase() : statement.name.toUpperCase();
      const casing = lower > upper ? 'lowercase' : 'uppercase';
      return statement.name === wanted
        ? undefined
        : `Command '${statement.name}' should match the case of the command majority (${casing})`;
    },
  },
  {
    name: 'JSONArgsRecommended',
    description:
      'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals',
    check(statement, all) {
      if (!is(statement, 'CMD') && !is(statement, 'ENTRYPOINT')) return undefined;
      if (statement.rest === '' || isJsonArray(statement.rest) || hasShell(statement, all)) return undefined;
      return `JSON arguments recommended for ${statement.name.toUpperCase()} to prevent unintended behavior related to OS signals`;
    },
  },
  {
    name: 'MaintainerDeprecated',
    description: 'The MAINTAINER instruction is deprecated, use a label instead to define an image author',
    check: (statement) =>
      is(statement, 'MAINTAINER')
        ? 'Maintainer instruction is deprecated in favor of using label'
        : undefined,
  },
  {
    name: 'LegacyKeyValueFormat',
    description: 'Legacy key/value format with whitespace separator should not be used',
    check(statement) {
      if (!is(statement, 'ENV') && !is(statement, 'LABEL')) return undefined;
      const [first = ''] = statement.rest.split(/\s/, 1);
      const name = statement.name.toUpperCase();
      return statement.rest === '' || first.includes('=')
        ? undefined
        : `"${name} key=value" should be used instead of legacy "${name} key value" format`;
    },
  },
  {
    name: 'WorkdirRelativePath',
    description:
      'Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes',
    check(statement, all) {
      if (!is(statement, 'WORKDIR') || /^["']?[/$\\]/.test(statement.rest)) return undefined;
      const before = inStage(statement, all).filter(
        (one) => is(one, 'WORKDIR') && one.firstLine < statement.firstLine,
      );
      return before.length > 0
        ? undefined
        : `Relative workdir ${JSON.stringify(statement.rest)} can have unexpected results if the base image changes`;
    },
  },
];

/** Never fails: what cannot be parsed is said elsewhere. */
export function lint(text: string): LintWarning[] {
  try {
    const { statements, directives } = parseDockerfile(text);
    const skipped = skippedRules(directives.get('check') ?? '');
    if (skipped === 'all') return [];
    return rules
      .filter(({ name }) => !skipped.has(name))
      .flatMap((rule) => statements.flatMap((statement) => warningOf(rule, statement, statements)))
      .sort((a, b) => a.range.first - b.range.first);
  } catch {
    return [];
  }
}

function warningOf(rule: Rule, statement: Statement, all: readonly Statement[]): LintWarning[] {
  const { name, description } = rule;
  const message = rule.check(statement, all);
  if (message === undefined) return [];
  const { firstLine: first, lastLine: last } = statement;
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
  const page = words.replace('jsonargs', 'json-args');
  return [
    {
      short: `${name}: ${message} (line ${first})`,
      detail: description,
      url: `https://docs.docker.com/go/dockerfile/rule/${page}/`,
      range: { first, last },
    },
  ];
}

/** `check=skip=A,B;error=true` */
function skippedRules(directive: string): Set<string> | 'all' {
  const skip = /(?:^|;)skip=([^;]*)/.exec(directive)?.[1] ?? '';
  return skip.trim() === 'all' ? 'all' : new Set(skip.split(',').map((name) => name.trim()));
}

function asName({ rest }: Statement): { as: string; name: string } | undefined {
  const [, as, name] = rest.split(/\s+/);
  return as === undefined || name === undefined ? undefined : { as, name };
}

/** The statements of the same stage. */
function inStage(statement: Statement, all: readonly Statement[]): readonly Statement[] {
  const at = all.indexOf(statement);
  const start = all.findLastIndex((one, i) => i <= at && is(one, 'FROM'));
  return all.slice(Math.max(0, start), at + 1);
}

function hasShell(statement: Statement, all: readonly Statement[]): boolean {
  return inStage(statement, all).some((one) => is(one, 'SHELL'));
}
