import type { Flag, FlagOptions } from './flag.ts';
import { value } from './kinds.ts';
import { parseDuration } from '../../go/duration.ts';

/** Nanoseconds. */
export function duration(usage: string, options: FlagOptions = {}): Flag<number> {
  return value('duration', 0, parseDuration, usage, options);
}
