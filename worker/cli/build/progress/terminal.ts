import type { TerminalSize } from '../../../protocol/agent.ts';
import type { Trace, TracedVertex } from './trace.ts';
import { bytesText, isCompleted, isStarted } from './trace.ts';

const escape = '\u001B[';
const colors = {
  done: `${escape}34m`,
  error: `${escape}31m`,
  canceled: `${escape}33m`,
  faint: `${escape}2m`,
  none: `${escape}0m`,
};

interface Row {
  readonly name: string;
  readonly seconds: number;
  readonly color: string;
  /** What a step that is at work has written last. */
  readonly lines: readonly string[];
  readonly isOpen: boolean;
}

/** Lines of output that are shown of each step that is at work. */
const shownLines = 6;

/**
 * `--progress=tty`: one line for each step, written over as they change.
 * https://github.com/moby/buildkit/blob/v0.25.0/util/progress/progressui/display.go
 */
export class TerminalProgress {
  readonly #trace: Trace;
  readonly #started: number;
  #lines = 0;
  #repeated = false;

  constructor(trace: Trace, now: number) {
    this.#trace = trace;
    this.#started = now;
  }

  /** All of it as it is now, over what was shown before. */
  show({ cols, rows }: TerminalSize, now: number, isLast: boolean): string {
    const { completed, total } = this.#trace.counts;
    const finished = isLast && completed > 0 && completed === total ? 'FINISHED' : '';
    const seconds = ((now - this.#started) / 1000).toFixed(1);
    const head = align(
      `[+] Building ${seconds}s (${completed}/${total}) ${finished}`,
      'docker:default',
      cols,
    );
    const all = this.#rows(now);
    const body = (isLast ? all : fitting(all, rows - 2)).flatMap((row) => rowLines(row, cols));
    let out = `${escape}1A`.repeat(this.#lines + 1);
    if (!this.#repeated) out += `${escape}1B`;
    this.#repeated = true;
    out += `${escape}0G${escape}?25l${head}\n${body.join('')}`;
    const left = this.#lines - body.length;
    if (left > 0) out += `${' '.repeat(cols)}\n`.repeat(left) + `${escape}${left}A${escape}0G`;
    this.#lines = body.length;
    return `${out}${escape}?25h`;
  }

  #rows(now: number): Row[] {
    return [...this.#trace.vertexes.values()].filter(isStarted).flatMap((traced) => rowsOf(traced, now));
  }
}

function rowsOf(traced: TracedVertex, now: number): Row[] {
  const { vertex, statuses, warnings, lines, partial } = traced;
  const { started = now, completed = now, cached, error } = vertex;
  const open = !isCompleted(traced);
  const color = open
    ? ''
    : error?.endsWith('context canceled')
      ? colors.canceled
      : error
        ? colors.error
        : colors.done;
  const prefix = cached
    ? 'CACHED '
    : error?.endsWith('context canceled')
      ? 'CANCELED '
      : error
        ? 'ERROR '
        : '';
  const texts = [...lines.map(({ text }) => text), ...(partial === '' ? [] : [partial])];
  const last = open ? texts.filter((text) => text.trim() !== '').slice(-shownLines) : [];
  const main = {
    name: prefix + vertex.name,
    seconds: (completed - started) / 1000,
    color,
    lines: last,
    isOpen: open,
  };
  const plain = { lines: [], isOpen: open };
  return [
    main,
    ...[...statuses.values()].map((status) => ({
      ...plain,
      name: `=> ${status.id}${amount(status)}`,
      seconds: ((status.completed ?? status.timestamp) - status.started) / 1000,
      color: status.completed === undefined ? '' : colors.done,
    })),
    ...warnings.map(({ short }) => ({ ...plain, name: `WARN: ${short}`, seconds: 0, color: '' })),
  ];
}

function amount({ current, total }: { current: number; total?: number }): string {
  if (total) return ` ${bytesText(current)} / ${bytesText(total)}`;
  return current > 0 ? ` ${bytesText(current)}` : '';
}

function rowLines({ name, seconds, color, lines }: Row, width: number): string[] {
  const prefix = ' => ';
  const timer = ` ${(seconds < 0.05 ? 0 : seconds).toFixed(1)}s`;
  const left = width - prefix.length - timer.length - 2;
  if (left < 12) return [];
  const row = `${align(prefix + name.slice(0, left), timer, width)}\n`;
  const shown = color === '' ? row : `${color}${row}${colors.none}`;
  return [
    shown,
    ...lines.map(
      (line) =>
        `${colors.faint} => => # ${visible(line)
          .slice(0, width - 11)
          .padEnd(width - 11)}\n${colors.none}`,
    ),
  ];
}

/** What a step writes must not move the cursor. */
function visible(line: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is to go
  return line.replaceAll(/\u001B\[[0-?]*[ -/]*[@-~]/g, '').replaceAll(/[\u0000-\u001F\u007F]/g, ' ');
}

/** The last ones, of those that are at work all. */
function fitting(rows: readonly Row[], height: number): Row[] {
  let room = Math.max(1, height);
  const kept = new Set<Row>();
  for (const row of [
    ...rows.filter(({ isOpen }) => isOpen),
    ...rows.filter(({ isOpen }) => !isOpen).reverse(),
  ]) {
    const size = 1 + row.lines.length;
    if (size > room) continue;
    room -= size;
    kept.add(row);
  }
  return rows.filter((row) => kept.has(row));
}

function align(left: string, right: string, width: number): string {
  return `${left.padEnd(width - right.length - 1)} ${right}`;
}
