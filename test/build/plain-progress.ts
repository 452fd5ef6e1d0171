/** What `docker build --progress=plain` of BuildKit's front end says, without times and what nobody builds for. */
import { stripVTControlCharacters } from 'node:util';
import type { SolveStatus, SolveVertex } from '../../worker/protocol/engine-api.ts';
import { anonymous, type BuildResult } from './result.ts';

interface Step {
  readonly title: string;
  readonly lines: string[];
}

/** The steps of the Dockerfile, by their titles, with what they printed and whether they were cached. */
export function plainSteps(stderr: string): string[] {
  const steps = new Map<string, Step>();
  for (const line of stderr.split('\n')) {
    const [, number = '', text = ''] = /^#(\d+) (.*)$/.exec(line) ?? [];
    if (number === '') continue;
    const step = steps.get(number);
    if (!step) steps.set(number, { title: text, lines: [] });
    else if (text !== '...' && text !== step.title) step.lines.push(...stepLine(text));
  }
  return stepLines([...steps.values()]).map(anonymous);
}

/** The same of what the engine reports. */
export function solveSteps(statuses: readonly SolveStatus[]): string[] {
  const steps = new Map<string, Step>();
  const ends = new Map<string, SolveVertex>();
  const texts = new Map<string, string>();
  for (const { vertexes = [], logs = [] } of statuses) {
    for (const vertex of vertexes) {
      ends.set(vertex.digest, vertex);
      if (!steps.has(vertex.digest)) steps.set(vertex.digest, { title: vertex.name, lines: [] });
    }
    for (const { vertex, data } of logs)
      texts.set(vertex, (texts.get(vertex) ?? '') + Buffer.from(data).toString());
  }
  for (const [digest, { lines }] of steps) {
    const text = texts.get(digest) ?? '';
    if (text !== '')
      lines.push(
        ...text
          .replace(/\n$/, '')
          .split('\n')
          .map((line) => ` ${line}`),
      );
    lines.push(...endOf(ends.get(digest)));
  }
  return stepLines([...steps.values()]);
}

function endOf({ cached, completed, error }: Partial<SolveVertex> = {}): string[] {
  if (error?.endsWith('context canceled')) return [' CANCELED'];
  if (error !== undefined) return [` ERROR: ${error}`];
  if (cached) return [' CACHED'];
  return completed === undefined ? [] : [' DONE'];
}

function stepLines(steps: readonly Step[]): string[] {
  return [...steps]
    .filter(({ title }) => /^\[(?!internal\]|auth\])/.test(title))
    .sort((a, b) => (a.title < b.title ? -1 : 1))
    .flatMap(({ title, lines }) => [title, ...lines]);
}

function stepLine(text: string): string[] {
  if (/^DONE [\d.]+s$/.test(text)) return [' DONE'];
  if (/^(?:resolve |extracting |sha256:|transferring )/.test(text)) return [];
  return [` ${text.replace(/^\d+\.\d+ /, '')}`];
}

/** The error that the client ends with, without the excerpt of the Dockerfile before it. */
export function plainError(stderr: string): string | undefined {
  const at = `\n${stderr}`.lastIndexOf('\nERROR: ');
  return at < 0 ? undefined : anonymous(stderr.slice(at + 7).trim());
}

/** The lines of the Dockerfile that an error shows. */
export function plainExcerpt(stderr: string): string[] {
  const [, excerpt] = /\n(\S+:\d+\n-{20}\n[^]*?\n-{20}\n)/.exec(stderr) ?? [];
  return excerpt === undefined ? [] : excerpt.trimEnd().split('\n');
}

/** What the checks say, without the Dockerfile's lines. */
export function plainWarnings(stderr: string): Pick<BuildResult, 'warnings'> {
  const shown = stripVTControlCharacters(stderr);
  return withWarnings([...shown.matchAll(/^ - (\w+: .*)$/gm)].map(([, text = '']) => text));
}

/** The same of what the engine reports. */
export function solveWarnings(statuses: readonly SolveStatus[]): Pick<BuildResult, 'warnings'> {
  return withWarnings(statuses.flatMap(({ warnings = [] }) => warnings.map(({ short }) => short)));
}

/** Docker reports several of one line in any order. */
function withWarnings(warnings: readonly string[]): Pick<BuildResult, 'warnings'> {
  return warnings.length === 0 ? {} : { warnings: warnings.map(anonymous).sort() };
}
