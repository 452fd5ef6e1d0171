import { characters } from './characters.ts';

/**
 * Aligns text whose cells end in tabs, as Go's text/tabwriter with spaces as padding: a column is a run of lines that
 * all have that cell, and is as wide as its widest cell and the padding, but not narrower than `minWidth`.
 */
export function alignTabs(text: string, minWidth: number, padding: number): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const widths: number[][] = lines.map(() => []);
  measure(lines, widths, minWidth, padding, 0, 0, lines.length);
  return lines.map((cells, at) => render(cells, widths[at] ?? [])).join('\n');
}

function measure(
  lines: string[][],
  widths: number[][],
  minWidth: number,
  padding: number,
  column: number,
  from: number,
  to: number,
): void {
  for (let start = from; start < to; start++) {
    if (!hasCell(lines[start], column)) continue;
    let end = start;
    let width = minWidth;
    for (; end < to && hasCell(lines[end], column); end++) {
      width = Math.max(width, cellWidth(lines[end]?.[column] ?? '') + padding);
    }
    for (let at = start; at < end; at++) widths[at]?.push(width);
    measure(lines, widths, minWidth, padding, column + 1, start, end);
    start = end - 1;
  }
}

/** What follows a line's last tab belongs to no column. */
function hasCell(cells: string[] | undefined, column: number): boolean {
  return cells !== undefined && column < cells.length - 1;
}

function render(cells: string[], widths: number[]): string {
  return cells
    .map((cell, at) => cell + ' '.repeat(Math.max((widths[at] ?? 0) - cellWidth(cell), 0)))
    .join('');
}

function cellWidth(cell: string): number {
  return characters(cell).length;
}
