import type { Flag, FlagOptions } from './flag.ts';
import { value } from './kinds.ts';

const powers = ['', 'k', 'm', 'g', 't', 'p'];

/** `512m`, `1.5GiB`: multiples of 1024, as go-units' RAMInBytes. */
export function readBytes(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([kKmMgGtTpP]?)[iI]?[bB]?$/.exec(text) ?? [];
  if (number === undefined) throw new Error(`invalid size: '${text}'`);
  return Math.trunc(Number(number) * 1024 ** powers.indexOf((unit ?? '').toLowerCase()));
}

export function bytes(usage: string, options: FlagOptions = {}): Flag<number> {
  return value('bytes', 0, readBytes, usage, options);
}

/** As {@link bytes}, and -1 for no limit. */
export function swapBytes(usage: string, options: FlagOptions = {}): Flag<number> {
  return value('bytes', 0, (text) => (text === '-1' ? -1 : readBytes(text)), usage, options);
}
