import { invalid } from './errors.ts';

/** By number, of Linux on x86. */
const names = (
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG ' +
  'XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'
).split(' ');

const numbers: ReadonlyMap<string, number> = new Map([
  ...names.map((name, i) => [name, i + 1] as const),
  ['CLD', 17],
  ['IOT', 6],
  ['POLL', 29],
  ...realTime(),
]);

export const sigkill = 9;
export const sigterm = 15;

/** Parses `TERM`, `SIGTERM`, `sigterm` or `15`. */
export function parseSignal(text: string): number {
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : numbers.get(text.toUpperCase().replace(/^SIG/, ''));
  if (number === undefined || number === 0) throw invalid(`invalid signal: ${text}`);
  return number;
}

/** Throws on numbers that Linux has no signal for. */
export function requireSignal(number: number): number {
  if (number < 1 || number > 64 || number === 32 || number === 33)
    throw invalid(`the linux daemon does not support signal ${number}`);
  return number;
}

function realTime(): [string, number][] {
  const low = Array.from({ length: 16 }, (_, i): [string, number] => [
    i === 0 ? 'RTMIN' : `RTMIN+${i}`,
    34 + i,
  ]);
  const high = Array.from({ length: 15 }, (_, i): [string, number] => [
    i === 0 ? 'RTMAX' : `RTMAX-${i}`,
    64 - i,
  ]);
  return [...low, ...high];
}
