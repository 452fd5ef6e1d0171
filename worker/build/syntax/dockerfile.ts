import { errorMessage, invalid } from '../../oci/errors.ts';
import { MalformedError } from '../errors.ts';
import { SourceError } from '../instructions/source-error.ts';
import { Directives } from './directives.ts';
import type { Heredoc } from './heredoc.ts';
import { heredocsOf } from './heredoc.ts';
import { isJsonArray } from './arguments.ts';
import { splitFlags } from './words.ts';

/** One instruction as it is written: its lines joined, its parts not yet understood. */
export interface Statement {
  /** As it is written. */
  readonly name: string;
  readonly flags: readonly string[];
  /** What follows the flags, trimmed. */
  readonly rest: string;
  /** The whole joined line. */
  readonly source: string;
  readonly heredocs: readonly Heredoc[];
  /** Whether the Dockerfile asks for a front end that knows more than Docker's own. */
  readonly isNewer: boolean;
  /** From 1. */
  readonly firstLine: number;
  readonly lastLine: number;
}

export interface Dockerfile {
  readonly statements: readonly Statement[];
  readonly escape: string;
  /** Of the parser directives. */
  readonly directives: ReadonlyMap<string, string>;
  /** As the classic builder words them. */
  readonly warnings: readonly string[];
  /** Where instructions end that have blank lines in them. */
  readonly emptyContinuations: readonly number[];
}

/** Cuts a Dockerfile into its instructions. Fails with `invalid` and Docker's text. */
export function parseDockerfile(text: string): Dockerfile {
  return new StatementReader(text).all();
}

/** One instruction without heredocs: what ONBUILD keeps for later. */
export function parseStatement(source: string, escape: string, line: number): Statement {
  const [, name = '', after = ''] = /^(\S+)(?:[\t\v\f\r ]+([^]*))?$/.exec(source.trim()) ?? [];
  const { flags, rest } = splitFlags(after, escape);
  return {
    name,
    flags,
    rest: rest.trim(),
    source,
    heredocs: [],
    isNewer: false,
    firstLine: line,
    lastLine: line,
  };
}

const takesHeredocs = new Set(['add', 'copy', 'run']);

/** Of Go's scanner, in bytes; here in letters. */
const maxLine = 65_535;

class StatementReader {
  readonly #lines: string[];
  readonly #directives = new Directives();
  readonly #warnings: string[] = [];
  readonly #emptyContinuations: number[] = [];
  #at = 0;

  constructor(text: string) {
    this.#lines = text.replace(/^\uFEFF/, '').match(/[^\n]*\n|[^\n]+$/g) ?? [];
  }

  all(): Dockerfile {
    if (this.#lines.some((line) => line.length > maxLine))
      throw invalid(`dockerfile line greater than max allowed size of ${maxLine}`);
    const statements: Statement[] = [];
    while (this.#at < this.#lines.length) {
      const first = this.#at + 1;
      const statement = this.#located(first, () => this.#statement());
      if (statement !== undefined) statements.push(statement);
    }
    if (statements.length === 0)
      throw new SourceError('file with no instructions', {
        first: Math.max(1, this.#lines.length),
        last: Math.max(1, this.#lines.length),
      });
    const { escape, values } = this.#directives;
    const emptyContinuations = this.#emptyContinuations;
    return { statements, escape, directives: values, warnings: this.#warnings, emptyContinuations };
  }

  #located<T>(first: number, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof MalformedError || error instanceof SourceError) throw error;
      throw new SourceError(errorMessage(error), { first, last: Math.max(first, this.#at) }, error);
    }
  }

  /** Nothing for a blank line or a comment. */
  #statement(): Statement | undefined {
    const first = this.#content(true);
    const firstLine = this.#at;
    const { escape } = this.#directives;
    const { text, isEnd } = this.#continued(first);
    if (isEnd && text === '') return undefined;
    const source = isEnd ? text : this.#joined(text);
    const parsed = parseStatement(source, escape, firstLine);
    const heredocs = mayHaveHeredocs(parsed, escape)
      ? heredocsOf(source).map((one) => this.#heredoc(one))
      : [];
    return { ...parsed, heredocs, isNewer: this.#directives.isNewer, lastLine: this.#at };
  }

  /** The next line without its end; nothing of it when it is a comment. Directives are read on the way. */
  #content(trim: boolean): string {
    const line = (this.#lines[this.#at++] ?? '').replace(/[\r\n]+$/, '');
    const text = trim ? line.trimStart() : line;
    this.#directive(text);
    return isComment(text) ? '' : text;
  }

  /** Docker counts the lines of directives from 0. */
  #directive(text: string): void {
    try {
      this.#directives.read(text);
    } catch (error) {
      if (error instanceof MalformedError) throw error;
      const line = Math.max(1, this.#at - 1);
      throw new SourceError(errorMessage(error), { first: line, last: line }, error);
    }
  }

  #joined(first: string): string {
    let text = first;
    let hasBlank = false;
    for (let isEnd = false; !isEnd && this.#at < this.#lines.length;) {
      const comment = isComment(this.#lines[this.#at] ?? '');
      const line = this.#content(false);
      if (comment) continue;
      hasBlank ||= line.trim() === '';
      if (line.trim() === '') continue;
      const part = this.#continued(line);
      text += part.text;
      isEnd = part.isEnd;
    }
    if (hasBlank) {
      this.#warnings.push(`Empty continuation line found in: ${text}`);
      this.#emptyContinuations.push(this.#at);
    }
    return text;
  }

  /** An escape at the end of a line continues it, unless another one stands before it. */
  #continued(line: string): { text: string; isEnd: boolean } {
    const escape = this.#directives.escape === '`' ? '`' : '\\\\';
    const found = new RegExp(`(^|[^${escape}])${escape}[ \\t]*$`).exec(line);
    if (found === null) return { text: line, isEnd: true };
    return { text: line.slice(0, found.index) + (found[1] ?? ''), isEnd: false };
  }

  #heredoc(heredoc: Heredoc): Heredoc {
    let content = '';
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at++] ?? '';
      const end = line.replace(/[\r\n]+$/, '');
      if ((heredoc.chomp ? end.replace(/^\t+/, '') : end) === heredoc.name) return { ...heredoc, content };
      content += line;
    }
    throw invalid('unterminated heredoc');
  }
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith('#');
}

/** ONBUILD has those of the instruction that it keeps. */
function mayHaveHeredocs({ name, rest, source }: Statement, escape: string): boolean {
  if (!source.includes('<<')) return false;
  if (name.toLowerCase() === 'onbuild') return mayHaveHeredocs(parseStatement(rest, escape, 0), escape);
  return takesHeredocs.has(name.toLowerCase()) && !isJsonArray(rest);
}
