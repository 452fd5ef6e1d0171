import type { Flag, FlagOptions } from './flag.ts';
import { value } from './kinds.ts';
import { numberError } from './numbers.ts';

const powers = ['', 'k', 'm', 'g', 't', 'p'];
const decimalNumber = /^[+-]?(?:\d+(?:_?\d)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** `512m`, `1.5GiB`: multiples of 1024, as go-units' RAMInBytes. */
export function readBytes(text: string): number {
  const [, before, last, suffix = ''] = /^(.*)([\d. ])([^\d. ]*)$/s.exec(text) ?? [];
  if (before === undefined || last === undefined) throw new Error(`invalid size: '${text}'`);
  const number = last === ' ' ? before : before + last;
  if (!decimalNumber.test(number)) throw numberError('ParseFloat', number, 'invalid syntax');
  if (Number(number) < 0) throw new Error(`invalid size: '${text}'`);
  return Math.trunc(Number(number) * scale(suffix));
}

function scale(suffix: string): number {
  const [, unit] = /^(?:([kmgtp])(?:i?b)?|b?)$/i.exec(suffix) ?? [];
  if (unit === undefined && !/^b?$/i.test(suffix)) throw new Error(`invalid suffix: '${suffix}'`);
  return 1024 ** powers.indexOf((unit ?? '').toLowerCase());
}

export function bytes(usage: string, options: FlagOptions = {}): Flag<number> {
  return value('bytes', 0, readBytes, usage, options);
}

/** As {@link bytes}, and -1 for no limit. */
export function swapBytes(usage: string, options: FlagOptions = {}): Flag<number> {
  return value('bytes', 0, (text) => (text === '-1' ? -1 : readBytes(text)), usage, options);
}
