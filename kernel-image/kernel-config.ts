/** What `wanted` asks for and `actual` (a .config after `make olddefconfig`) does not have, one line each. */
export function unmetOptions(wanted: string, actual: string): string[] {
  const has = parseConfig(actual);
  return [...parseConfig(wanted)].flatMap(([option, value]) => {
    const got = has.get(option) ?? 'n';
    return got === value ? [] : [`${option}: ${value} is asked for, it is ${got}`];
  });
}

/** Options and values of a Kconfig file; an option that "is not set" has the value n. */
export function parseConfig(text: string): Map<string, string> {
  const line = /^(?:(CONFIG_\w+)=(.*)|# (CONFIG_\w+) is not set)$/gm;
  return new Map([...text.matchAll(line)].map((match) => [match[1] ?? match[3] ?? '', match[2] ?? 'n']));
}
