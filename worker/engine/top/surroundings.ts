/** What ps must know beside the processes. */
export interface Surroundings {
  /** Seconds since 1970. */
  readonly now: number;
  /** Seconds. */
  readonly uptime: number;
  /** kB. */
  readonly memory: number;
  readonly users: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
}

/** The files that `parseSurroundings` takes. */
export const surroundingPaths = ['/proc/uptime', '/proc/meminfo', '/etc/passwd', '/etc/group'];

export function parseSurroundings(texts: readonly (string | null)[], now: number): Surroundings {
  const [uptime, memory, users, groups] = texts.map((text) => text ?? '');
  return {
    now,
    uptime: Number.parseFloat(uptime ?? ''),
    memory: Number(/^MemTotal: +(\d+)/.exec(memory ?? '')?.[1] ?? 0),
    users: names(users ?? ''),
    groups: names(groups ?? ''),
  };
}

/** Of passwd and group alike: name, password, number. The first name of a number counts. */
function names(text: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const [, name = '', id] of text.matchAll(/^([^:\n]+):[^:\n]*:(\d+)/gm))
    if (!found.has(Number(id))) found.set(Number(id), name);
  return found;
}
