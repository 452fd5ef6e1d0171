import { invalid } from '../errors.ts';

const name = 'SOURCE_DATE_EPOCH';
const int64 = 2n ** 63n;

/**
 * The moment that the build argument SOURCE_DATE_EPOCH gives an image, in milliseconds since 1970; undefined without it.
 * https://github.com/moby/buildkit/blob/v0.25.0/docs/build-repro.md
 */
export function sourceDateEpoch(buildArgs: Readonly<Record<string, string | null>> = {}): number | undefined {
  const text = buildArgs[name] ?? '';
  if (text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw mistake(text, 'invalid syntax');
  const seconds = BigInt(text.replace(/^\+/, ''));
  if (seconds >= int64 || seconds < -int64) throw mistake(text, 'value out of range');
  return Number(seconds) * 1000;
}

function mistake(text: string, why: string): Error {
  return invalid(`invalid ${name}: ${text}: strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
}
