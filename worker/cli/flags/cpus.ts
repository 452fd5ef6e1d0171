import type { Flag } from './flag.ts';
import { value } from './kinds.ts';
import { readInteger } from './numbers.ts';

const nano = 1_000_000_000n;

/** A decimal or fraction of CPUs, in billionths. */
function readCpus(text: string): number {
  if (/^[+-]?0[xX][0-9a-fA-F]+$/.test(text)) return readInteger(text) * Number(nano);
  const [, sign, whole, fraction = '', exponent, divisor] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?(?:\/(\d+))?$/.exec(text) ?? [];
  if (whole === undefined || whole + fraction === '' || Number(divisor ?? 1) === 0) {
    throw new Error(`failed to parse ${text} as a rational number`);
  }
  const scale = Number(exponent ?? 0) - fraction.length;
  const top = BigInt(whole + fraction) * nano * 10n ** BigInt(Math.max(scale, 0));
  const bottom = BigInt(divisor ?? 1) * 10n ** BigInt(Math.max(-scale, 0));
  if (top % bottom !== 0n) throw new Error('value is too precise');
  return Number(top / bottom) * (sign === '-' ? -1 : 1);
}

export function cpus(usage: string): Flag<number> {
  return value('decimal', 0, readCpus, usage);
}
