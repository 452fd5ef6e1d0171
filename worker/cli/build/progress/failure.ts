import type { SolveSource } from '../../../protocol/engine-api.ts';
import type { Trace } from './trace.ts';

/** As many of a failed step's last lines are shown again. */
const shownLines = 10;

/** The steps that have failed, with what they wrote last. */
export function failedSteps(trace: Trace): string {
  return [...trace.vertexes.values()]
    .filter(({ vertex }) => vertex.error !== undefined && !vertex.error.endsWith('context canceled'))
    .map(({ vertex, lines }) => {
      const shown = lines.slice(-shownLines).map(({ seconds, text }) => `${seconds.toFixed(3)} ${text}\n`);
      return `------\n > ${vertex.name}:\n${shown.join('')}------\n`;
    })
    .join('');
}

export function warningsText({ warnings }: Trace, debug: boolean): string {
  if (warnings.length === 0) return '';
  const found = `${warnings.length} warning${warnings.length === 1 ? '' : 's'} found`;
  const hint = debug ? '' : ' (use docker --debug to expand)';
  const lines = warnings.map(({ short, detail, url, source }) =>
    debug ? ` - ${short}\n${detail}\n${moreInfo(url)}${source ? excerpt(source) : ''}\n` : ` - ${short}\n`,
  );
  return `\n \u001B[33m${found}${hint}:\n\u001B[0m${lines.join('')}`;
}

function moreInfo(url: string): string {
  return url === '' ? '' : `More info: ${url}\n`;
}

/** The lines that are to blame, with some around them. https://github.com/moby/buildkit/blob/v0.25.0/solver/errdefs/source.go */
export function excerpt({ filename, text, range }: SolveSource): string {
  const lines = text.split('\n');
  let [start, end] = [range.first, Math.min(range.last, lines.length)];
  const padding = start === end ? 4 : 2;
  for (let padded = 0; padded < padding; padded += 1) {
    if (start > 1) {
      start -= 1;
      padded += 1;
    }
    if (end < lines.length) {
      end += 1;
      padded += 1;
    }
  }
  const shown = lines.slice(start - 1, end).map((line, at) => {
    const number = start + at;
    const mark = number >= range.first && number <= range.last ? '>>>' : '   ';
    return ` ${String(number).padStart(3)} | ${mark} ${line.replace(/\r$/, '')}\n`;
  });
  const rule = '-'.repeat(20);
  return `${filename}:${range.first}\n${rule}\n${shown.join('')}${rule}\n`;
}
