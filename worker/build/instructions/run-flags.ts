import { invalid } from '../../oci/errors.ts';
import type { Statement } from '../syntax/dockerfile.ts';
import { Flags } from './flags.ts';
import type { Meanings } from './instruction.ts';

type RunFlags = Pick<Meanings['RUN'], 'mounts' | 'network' | 'security'>;

/** https://docs.docker.com/reference/dockerfile/#run */
export function parseRunFlags({ flags: given, isNewer }: Pick<Statement, 'flags' | 'isNewer'>): RunFlags {
  const newer = isNewer ? ({ security: 'text', device: 'list' } as const) : {};
  const flags = Flags.parse(given, { mount: 'list', network: 'text', ...newer });
  if (flags.list('device').length > 0) throw invalid('devices cannot be had in a build: --device');
  if (flags.list('mount').some((mount) => /(?:^|,)from=[^,]*\$/i.test(mount)))
    throw invalid("'from' doesn't support variable expansion, define alias stage instead");
  return {
    mounts: flags.list('mount'),
    network: oneOf('network mode', flags.text('network'), ['default', 'none', 'host']),
    security: oneOf('security mode', flags.text('security'), ['sandbox', 'insecure']),
  };
}

/** Nothing is the first of them. */
function oneOf<T extends string>(what: string, text: string, known: readonly [T, ...T[]]): T {
  const found = text === '' ? known[0] : known.find((one) => one === text);
  if (found === undefined) throw invalid(`invalid ${what} ${JSON.stringify(text)}`);
  return found;
}
