import type { Flag } from './flag.ts';
import { cut, value } from './kinds.ts';
import { readDecimal } from './numbers.ts';

export interface Ulimit {
  Name: string;
  Hard: number;
  Soft: number;
}

const names = new Set(
  'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(
    ' ',
  ),
);

/** `name=soft[:hard]`, -1 for no limit, in go-units' words. */
export function readUlimit(text: string): Ulimit {
  const [name, limits] = cut(text, '=');
  if (limits === undefined) throw new Error(`invalid ulimit argument: ${text}`);
  if (!names.has(name)) throw new Error(`invalid ulimit type: ${name}`);
  const parts = limits.split(':');
  if (parts.length > 2) {
    throw new Error(`too many limit value arguments - ${limits}, can only have up to two, \`soft[:hard]\``);
  }
  const [soft = 0, hard = soft] = parts.map((part) => readDecimal(part));
  refuseSoftAboveHard(soft, hard);
  return { Name: name, Hard: hard, Soft: soft };
}

function refuseSoftAboveHard(soft: number, hard: number): void {
  if (hard === -1 || (soft !== -1 && soft <= hard)) return;
  const what = 'ulimit soft limit must be less than or equal to hard limit';
  throw new Error(
    soft === -1 ? `${what}: soft: -1 (unlimited), hard: ${hard}` : `${what}: ${soft} > ${hard}`,
  );
}

/** A later mention of a limit wins; they are sent in the order of their names. */
export function ulimits(usage: string): Flag<readonly Ulimit[]> {
  const read = (text: string, previous: readonly Ulimit[]) => {
    const limit = readUlimit(text);
    const others = previous.filter(({ Name }) => Name !== limit.Name);
    return [...others, limit].sort((a, b) => (a.Name < b.Name ? -1 : 1));
  };
  return value('ulimit', [] as readonly Ulimit[], read, usage, { defaultText: '[]' });
}
