import type { OutlineItem, SolveAnswers, SolveLocation, SolveSource } from '../../protocol/engine-api.ts';
import type { Lines, Program } from '../instructions/instruction.ts';
import type { LintWarning } from './linter.ts';
import type { Plan } from './plan.ts';
import type { StageParameter } from './stage-plan.ts';

type Source = Omit<SolveSource, 'range'>;

/** Where something stands. */
function location({ first, last }: Lines): SolveLocation {
  return { ranges: [{ start: { line: first }, end: { line: last } }] };
}

/** The stages that can be built. */
export function targetsAnswer({ stages }: Program, source: Source): SolveAnswers['targets'] {
  const targets = stages.map(({ name, base, platform, lines }, at) => ({
    name,
    description: described(source, lines, name),
    isDefault: at === stages.length - 1,
    base,
    platform,
    location: location(lines),
  }));
  return { targets, source };
}

/** What somebody who builds the target may give it. */
export function outlineAnswer(
  { stages: program }: Program,
  target: string,
  { stages }: Plan,
  source: Source,
): SolveAnswers['outline'] {
  const stage =
    target === '' ? program.at(-1) : program.findLast(({ name }) => name === target.toLowerCase());
  const all = stages.flatMap(({ parameters }) => parameters);
  const items = (kind: StageParameter['kind']) =>
    unique(
      all.filter((one) => one.kind === kind),
      source,
    );
  return {
    name: stage?.name ?? '',
    description: stage === undefined ? '' : described(source, stage.lines, stage.name),
    args: items('arg'),
    secrets: items('secret'),
    ssh: items('ssh'),
    source,
  };
}

/** What the checks say, by line. */
export function checkAnswer(
  warnings: readonly LintWarning[],
  source: Source,
  error: SolveAnswers['check']['error'],
): SolveAnswers['check'] {
  const sorted = [...warnings].sort((a, b) => a.range.first - b.range.first);
  return {
    warnings: sorted.map(({ rule, message, detail, url, range }) => ({
      ruleName: rule,
      description: detail,
      url,
      detail: message,
      location: location(range),
    })),
    source,
    ...(error && { error }),
  };
}

function unique(parameters: readonly StageParameter[], source: Source): OutlineItem[] {
  const found = new Map<string, OutlineItem>();
  for (const { name, value, required, lines } of parameters) {
    const before = found.get(name);
    found.set(name, {
      name,
      description: before?.description || described(source, lines, name),
      value: value ?? before?.value,
      required: (required ?? false) || (before?.required ?? false),
      location: before?.location ?? location(lines),
    });
  }
  return [...found.values()];
}

/** What the comments before an instruction say of a name: the first of them that begins with it. */
function described({ text }: Source, { first }: Lines, name: string): string {
  if (name === '') return '';
  const before = text.split('\n').slice(0, first - 1);
  const start = before.findLastIndex((line) => !/^\s*(?:#|$)/.test(line)) + 1;
  const comments = before
    .slice(start)
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().slice(1).trim());
  return comments.find((comment) => comment.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
}
