import type { Flag, FlagTable } from './flag.ts';

/** The help's list of flags, wrapped to `width` columns as pflag wraps it. */
export function flagUsages(table: FlagTable, width: number): string {
  const shown = Object.entries(table)
    .filter(([, flag]) => !flag.hidden && !flag.windows)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const heads = shown.map(([name, flag]) => head(name, flag));
  const indent = Math.max(0, ...heads.map((text) => text.length)) + 3;
  return shown
    .map(([, flag], index) => (heads[index] ?? '').padEnd(indent) + wrap(indent, width, usageText(flag)))
    .map((line) => `${line}\n`)
    .join('');
}

function head(name: string, flag: Flag): string {
  const names = flag.short === undefined ? `      --${name}` : `  -${flag.short}, --${name}`;
  return flag.type === 'bool' ? names : `${names} ${flag.type}`;
}

function usageText(flag: Flag): string {
  return flag.defaultText === undefined ? flag.usage : `${flag.usage} (default ${flag.defaultText})`;
}

const narrowest = 24;
const blockIndent = 16;
/** A line may be this much longer when the text ends there: no short orphan on a line of its own. */
const slop = 5;

function wrap(indent: number, width: number, text: string): string {
  if (width - indent >= narrowest) return lines(text, width - indent).join(`\n${' '.repeat(indent)}`);
  if (width - blockIndent < narrowest) return text.replaceAll('\n', `\n${' '.repeat(blockIndent)}`);
  const block = `\n${' '.repeat(blockIndent)}`;
  return block + lines(text, width - blockIndent).join(block);
}

function lines(text: string, width: number): string[] {
  const found: string[] = [];
  for (let rest = text; rest !== '' || found.length === 0;) {
    const [line, after] = breakLine(rest, width - slop);
    found.push(...line.split('\n'));
    rest = after;
  }
  return found;
}

function breakLine(text: string, width: number): [line: string, rest: string] {
  if (width + slop > text.length) return [text, ''];
  const start = text.slice(0, width);
  const space = Math.max(start.lastIndexOf(' '), start.lastIndexOf('\t'), start.lastIndexOf('\n'));
  if (space <= 0) return [text, ''];
  const newline = start.lastIndexOf('\n');
  const at = newline > 0 && newline < space ? newline : space;
  return [text.slice(0, at), text.slice(at + 1)];
}
