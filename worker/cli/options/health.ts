import type { Healthcheck } from '../../protocol/engine-api.ts';
import type { FlagValues } from '../flags/flag.ts';
import type { ContainerFlags } from '../run-flags.ts';

/** In the order in which Docker complains of them. */
const counts = {
  'health-interval': 'Interval',
  'health-timeout': 'Timeout',
  'health-retries': 'Retries',
  'health-start-period': 'StartPeriod',
  'health-start-interval': 'StartInterval',
} as const;

/** Undefined when the image's own is to stay as it is. @throws Error in Docker's words */
export function healthcheck(values: FlagValues<ContainerFlags>): Healthcheck | undefined {
  const command = values['health-cmd'];
  const given = Object.entries(counts).filter(([flag]) => values[flag as keyof typeof counts] !== 0);
  const asked = command !== '' || given.length > 0;
  if (values['no-healthcheck']) {
    if (asked) throw new Error('--no-healthcheck conflicts with --health-* options');
    return { Test: ['NONE'] };
  }
  if (!asked) return undefined;
  const numbers = given.map(([flag, field]) => [
    field,
    notNegative(flag, values[flag as keyof typeof counts]),
  ]);
  return {
    ...(command === '' ? {} : { Test: ['CMD-SHELL', command] }),
    ...(Object.fromEntries(numbers) as Healthcheck),
  };
}

function notNegative(flag: string, count: number): number {
  if (count < 0) throw new Error(`--${flag} cannot be negative`);
  return count;
}
