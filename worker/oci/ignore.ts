// Written here, since @balena/dockerignore and ignore differ from Docker in what an exception below an excluded directory means and in character classes.
import { invalid } from './errors.ts';
import { cleanRelative } from './path.ts';

interface Pattern {
  readonly excludes: boolean;
  readonly form: RegExp;
}

/** The lines of a .dockerignore that say something. https://docs.docker.com/build/concepts/context/#dockerignore-files */
export function ignoreLines(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => (line.startsWith('!') ? `!${cleanPattern(line.slice(1).trim())}` : cleanPattern(line)));
}

/** What a list of patterns leaves out. https://github.com/moby/patternmatcher/blob/v0.6.0/patternmatcher.go */
export class IgnoreRules {
  readonly #patterns: readonly Pattern[];
  /** Whether something below a directory that is left out may be taken in again. */
  readonly hasExceptions: boolean;

  /** Fails with `invalid` on a pattern that is none. */
  constructor(lines: readonly string[]) {
    this.#patterns = lines.map(parsePattern);
    this.hasExceptions = this.#patterns.some(({ excludes }) => !excludes);
  }

  /** The last pattern that matches the path or one of the directories that it lies in counts. */
  excludes(path: string): boolean {
    const parts = path.split('/');
    const paths = parts.map((_, i) => parts.slice(0, i + 1).join('/'));
    let excluded = false;
    for (const { excludes, form } of this.#patterns)
      if (excludes !== excluded && paths.some((one) => form.test(one))) excluded = excludes;
    return excluded;
  }
}

function cleanPattern(pattern: string): string {
  if (pattern === '') return '';
  const clean = cleanRelative(pattern);
  return clean.length > 1 && clean.startsWith('/') ? clean.slice(1) : clean;
}

function parsePattern(line: string): Pattern {
  if (line === '!') throw invalid('illegal exclusion pattern: "!"');
  const excludes = !line.startsWith('!');
  return { excludes, form: expression(excludes ? line : line.slice(1)) };
}

const token = /\*\*\/?|\*|\?|\\([^])|(\[\^?\]?(?:\\[^]|[^\]\\])*\])|([^])/gu;

/** `*` and `?` stay within a name, `**` is any number of directories. */
function expression(pattern: string): RegExp {
  let source = '^';
  for (const found of pattern.matchAll(token)) {
    const [whole, escaped, set, plain] = found;
    const isLast = found.index + whole.length === pattern.length;
    if (whole.startsWith('**')) source += isLast ? '.*' : '(.*/)?';
    else if (whole === '*') source += '[^/]*';
    else if (whole === '?') source += '[^/]';
    else if (set !== undefined) source += set;
    else if (whole === '[' || whole === '\\') throw invalid('syntax error in pattern');
    else source += literal(escaped ?? plain ?? '');
  }
  return compiled(`${source}$`);
}

function compiled(source: string): RegExp {
  try {
    return new RegExp(source, 's');
  } catch {
    throw invalid('syntax error in pattern');
  }
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}
