const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What the engine itself presets, then the container's own. HOME is added last, by the agent, which knows /etc/passwd. */
export function containerEnv(hostname: string, tty: boolean, env: readonly string[] | null): string[] {
  const preset = [`PATH=${defaultPath}`, `HOSTNAME=${hostname}`, ...(tty ? ['TERM=xterm'] : [])];
  return overrideEnv(preset, env ?? []);
}

/** A variable keeps its place and takes its new value; new ones come at the end; a name without `=` takes it away. */
export function overrideEnv(base: readonly string[], overrides: readonly string[]): string[] {
  const env = new Map(base.map((entry) => [envName(entry), entry]));
  for (const entry of overrides) {
    if (entry.includes('=')) env.set(envName(entry), entry);
    else env.delete(entry);
  }
  return [...env.values()];
}

/** What stands before the equals sign. */
export function envName(entry: string): string {
  const equals = entry.indexOf('=');
  return equals < 0 ? entry : entry.slice(0, equals);
}
