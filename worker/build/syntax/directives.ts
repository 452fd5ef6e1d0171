import { invalid } from '../../oci/errors.ts';
import { MalformedError } from '../errors.ts';

const known = new Set(['syntax', 'escape', 'check']);

/** Reads the parser directives at the top of a Dockerfile: `# name=value`, up to the first line that is none. */
export class Directives {
  /** What continues lines and takes a character's meaning away. */
  escape = '\\';
  readonly values = new Map<string, string>();
  #done = false;

  /** Whether `syntax` names a front end with what Docker Engine 28.5's own does not know: newer than 1.19, or with experiments. */
  get isNewer(): boolean {
    const tag = /^[^@]*:([^/@:]+)(?:@|$)/.exec(this.values.get('syntax') ?? '')?.[1];
    if (tag === undefined) return this.values.has('syntax');
    return tag.endsWith('-labs') || !/^(?:0|1\.1?\d)(?:\.|$)/.test(tag);
  }

  /** Whether the line is a directive. Fails with `invalid` when it says what it may not. */
  read(line: string): boolean {
    const found = this.#done ? null : /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(line);
    const [name, value] = [found?.[1]?.toLowerCase() ?? '', found?.[2] ?? ''];
    this.#done = !known.has(name);
    if (this.#done) return false;
    if (this.values.has(name)) throw invalid(`only one ${name} parser directive can be used`);
    this.values.set(name, value);
    if (name === 'escape') this.#setEscape(value);
    return true;
  }

  #setEscape(value: string): void {
    if (value !== '\\' && value !== '`')
      throw new MalformedError(`invalid escape token '${value}' does not match \` or \\`);
    this.escape = value;
  }
}
