import type { StopOptions } from '../protocol/engine-api.ts';
import { StatusError } from './errors.ts';
import type { FlagValues } from './flags/flag.ts';
import { integer, string } from './flags/kinds.ts';

/** Of `docker stop` and `docker restart`. */
export const stopFlags = {
  signal: string('Signal to send to the container', { short: 's' }),
  time: integer('Seconds to wait before killing the container', {
    hidden: true,
    deprecated: 'use --timeout instead',
  }),
  timeout: integer('Seconds to wait before killing the container', { short: 't' }),
};

/** @throws StatusError */
export function stopOptions(
  values: FlagValues<typeof stopFlags>,
  mentioned: ReadonlySet<string>,
): StopOptions {
  if (mentioned.has('time') && mentioned.has('timeout')) {
    throw new StatusError(1, 'conflicting options: cannot specify both --timeout and --time');
  }
  const timeout = mentioned.has('time') ? values.time : values.timeout;
  return {
    ...(mentioned.has('timeout') || mentioned.has('time') ? { timeout } : {}),
    ...(values.signal === '' ? {} : { signal: values.signal }),
  };
}
