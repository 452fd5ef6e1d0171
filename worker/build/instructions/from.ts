import { invalid } from '../../oci/errors.ts';
import { blankWords } from '../syntax/arguments.ts';
import type { Statement } from '../syntax/dockerfile.ts';
import { Flags } from './flags.ts';
import type { Stage } from './instruction.ts';

/** FROM [--platform=platform] image [AS name] */
export function parseFrom({
  rest,
  flags,
  source,
  firstLine,
  lastLine,
}: Statement): Omit<Stage, 'instructions'> {
  const words = blankWords(rest);
  const name = stageName(words);
  return {
    base: words[0] ?? '',
    name,
    platform: Flags.parse(flags, { platform: 'text' }).text('platform'),
    source: source.trim(),
    lines: { first: firstLine, last: lastLine },
  };
}

function stageName(words: readonly string[]): string {
  if (words.length === 1) return '';
  const [, as, given = ''] = words;
  if (words.length !== 3 || as?.toLowerCase() !== 'as')
    throw invalid('FROM requires either one or three arguments');
  const name = given.toLowerCase();
  if (!/^[a-z][a-z0-9-_.]*$/.test(name))
    throw invalid(
      `invalid name for build stage: ${JSON.stringify(given)}, name can't start with a number or contain symbols`,
    );
  return name;
}
