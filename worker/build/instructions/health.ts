import { errorMessage, invalid } from '../../oci/errors.ts';
import type { Healthcheck } from '../../oci/imageconfig.ts';
import type { Statement } from '../syntax/dockerfile.ts';
import { wholeArguments } from '../syntax/arguments.ts';
import { Flags } from './flags.ts';
import { parseDuration } from '../../go/duration.ts';

const times = {
  Interval: 'interval',
  Timeout: 'timeout',
  StartPeriod: 'start-period',
  StartInterval: 'start-interval',
} as const;

export function parseHealth({ rest, flags }: Statement): Healthcheck {
  const [, kind = '', command = ''] = /^(\S*)\s*([^]*)$/.exec(rest) ?? [];
  if (kind === '') throw invalid('HEALTHCHECK requires at least one argument');
  const { words, json } = wholeArguments(command);
  if (kind.toUpperCase() === 'NONE') {
    if (words.length > 0) throw invalid('HEALTHCHECK NONE takes no arguments');
    return { Test: ['NONE'] };
  }
  const given = Flags.parse(flags, {
    ...Object.fromEntries(Object.values(times).map((name) => [name, 'text' as const])),
    retries: 'text',
  });
  if (kind.toUpperCase() !== 'CMD')
    throw invalid(`Unknown type ${JSON.stringify(kind.toUpperCase())} in HEALTHCHECK (try CMD)`);
  if (words.length === 0) throw invalid('Missing command after HEALTHCHECK CMD');
  const Retries = retries(given.text('retries'));
  return {
    Test: [json ? 'CMD' : 'CMD-SHELL', ...words],
    ...intervals(given),
    ...(Retries > 0 && { Retries }),
  };
}

function intervals(flags: Flags): Healthcheck {
  const found = Object.entries(times).map(
    ([member, name]) => [member, interval(name, flags.text(name))] as const,
  );
  return Object.fromEntries(found.filter(([, nanoseconds]) => nanoseconds !== 0));
}

function interval(name: string, text: string): number {
  const nanoseconds = text === '' ? 0 : nanosecondsOf(text);
  if (nanoseconds !== 0 && nanoseconds < 1e6)
    throw invalid(`Interval ${JSON.stringify(name)} cannot be less than 1ms`);
  return nanoseconds;
}

function nanosecondsOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw invalid(errorMessage(error));
  }
}

function retries(text: string): number {
  if (text === '') return 0;
  if (!/^[+-]?\d+$/.test(text))
    throw invalid(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (Number(text) < 0) throw invalid(`--retries cannot be negative (${Number(text)})`);
  return Number(text);
}
