import type { Measurement, Unit } from './measurement.ts';
import { isReached, summarize } from './measurement.ts';

const headings = ['', 'target', 'median', 'min', 'p90', 'n', '', 'ratio'];

/** One row a measurement, in columns of their own width. */
export function formatTable(measurements: readonly Measurement[]): string {
  const rows = [headings, ...measurements.map((measurement) => row(measurement, measurements))];
  const widths = headings.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  return rows.map((cells) => line(cells, widths)).join('\n');
}

function row(measurement: Measurement, all: readonly Measurement[]): string[] {
  const { name, unit, samples, target } = measurement;
  const { median, min, p90, n } = summarize(samples);
  return [
    name,
    target === undefined ? '' : `${unit === 'MB/s' ? '>=' : '<='} ${amount(target, unit)}`,
    amount(median, unit),
    ...(n > 1 ? [amount(min, unit), amount(p90, unit)] : ['', '']),
    String(n),
    verdict(measurement),
    ratio(measurement, all),
  ];
}

function verdict(measurement: Measurement): string {
  const reached = isReached(measurement);
  return reached === undefined ? '' : reached ? 'ok' : 'OVER';
}

function ratio({ samples, compareTo = [] }: Measurement, all: readonly Measurement[]): string {
  const known = compareTo.map((name) => all.find((other) => other.name === name)).find(Boolean);
  if (!known) return '';
  const quotient = summarize(samples).median / summarize(known.samples).median;
  return `${quotient.toFixed(2)} x ${known.name}`;
}

function amount(value: number, unit: Unit): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

/** Names and ratios from the left, numbers from the right. */
function line(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 || column > 5 ? cell.padEnd(width) : cell.padStart(width);
    })
    .join('  ')
    .trimEnd();
}
