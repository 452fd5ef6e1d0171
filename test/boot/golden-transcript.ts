/** A command's output, exit code and requests, line by line and without what differs from one time to the next. */
import type { Recording } from '../cli/golden.ts';

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  readonly calls: readonly string[];
}

export function transcript({ stdout, stderr, code, calls }: Run | Recording): string[] {
  const lines = [
    ...linesOf(stdout),
    ...linesOf(stderr).map((line) => `2> ${line}`),
    `[rc=${code}]`,
    ...calls.map((call) => `API ${call}`),
  ];
  return withSortedVolumes(lines.map(timeless));
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

const age =
  '(?:Less than a second|About an? (?:minute|hour)|\\d+ (?:second|minute|hour|day|week|month|year)s?)';

const substitutions: readonly [pattern: RegExp, word: string][] = [
  [new RegExp(`${age} ago`, 'g'), '<age>'],
  [new RegExp(`\\bUp ${age}`, 'g'), 'Up <age>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? \+0000 UTC/g, '<time>'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?\b/g, '<time>'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uuid>'],
  [/(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{12})(?![0-9a-f])/g, '<id>'],
  [/\b\d+(?:\.\d+)?(?:e\+\d+)?[kKMGT]?i?B\b/g, '<size>'],
  [/\d+\.\d\d%/g, '<percent>'],
  [/\((\d+)%\)/g, '(<percent>)'],
  [/\btime=\d+\.\d+ ms|= [\d./]+ ms/g, '<ms>'],
  [/\b172\.\d+\.\d+\.\d+\b/g, '<address>'],
  [/^(root +)\d+ +\d+ +\d+ +\d\d:\d\d( +\?) +00:00:\d\d/, '$1<pid> <ppid> <c> <start>$2 <cpu>'],
  [/\b[a-z]+_[a-z]+\b(?=\s*$|",")/g, '<name>'],
  // Tables are as wide as what is in them.
  [/ {2,}/g, '  '],
  [/\s+$/, ''],
];

function timeless(line: string): string {
  return substitutions.reduce((text, [pattern, word]) => text.replace(pattern, word), line);
}

/** Volumes without names are listed by random ones. */
function withSortedVolumes(lines: readonly string[]): string[] {
  const sorted = lines.filter(isVolume).sort();
  return lines.map((line) => (isVolume(line) ? (sorted.shift() ?? '') : line));
}

function isVolume(line: string): boolean {
  return /^(?:local {2}\S+|(?:data|<id>) {2}\d {2}-?<size>)$/.test(line);
}

/** The lines that only one side has, in their order: `-` recorded, `+` ours. */
export function lineDifferences(recorded: readonly string[], ours: readonly string[]): string[] {
  const longest = lengths(recorded, ours);
  const found: string[] = [];
  let [a, b] = [0, 0];
  while (a < recorded.length || b < ours.length) {
    if (a < recorded.length && b < ours.length && recorded[a] === ours[b]) {
      a++;
      b++;
    } else if (b >= ours.length || (a < recorded.length && at(longest, a + 1, b) >= at(longest, a, b + 1)))
      found.push(`- ${recorded[a++] ?? ''}`);
    else found.push(`+ ${ours[b++] ?? ''}`);
  }
  return found;
}

/** Of the longest common part of what follows each pair of places. */
function lengths(left: readonly string[], right: readonly string[]): number[][] {
  const table = Array.from({ length: left.length + 1 }, () => Array<number>(right.length + 1).fill(0));
  for (let a = left.length - 1; a >= 0; a--) {
    for (let b = right.length - 1; b >= 0; b--) {
      const same = left[a] === right[b];
      const row = table[a];
      if (row)
        row[b] = same ? at(table, a + 1, b + 1) + 1 : Math.max(at(table, a + 1, b), at(table, a, b + 1));
    }
  }
  return table;
}

function at(table: readonly number[][], a: number, b: number): number {
  return table[a]?.[b] ?? 0;
}
