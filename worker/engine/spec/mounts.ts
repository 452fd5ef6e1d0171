import type { HostConfig } from '../../protocol/engine-api.ts';
import type { SpecMount } from '../../protocol/agent.ts';
import { parseBind } from './bind.ts';

/** The mounts that the user asked for, parents before children. */
export function mounts({ Binds, Tmpfs }: HostConfig): SpecMount[] {
  const binds = (Binds ?? []).map((text) => bindMount(text));
  const tmpfs = Object.entries(Tmpfs ?? {}).map(([destination, data]) => tmpfsMount(destination, data));
  return [...binds, ...tmpfs].sort((a, b) => depth(a) - depth(b));
}

function bindMount(text: string): SpecMount {
  const { source, destination, readonly } = parseBind(text);
  return { destination, type: 'bind', source, options: readonly ? ['rbind', 'ro'] : ['rbind'] };
}

function tmpfsMount(destination: string, data: string): SpecMount {
  const own = data === '' ? [] : data.split(',');
  return { destination, type: 'tmpfs', options: mergeTmpfsOptions(['noexec', 'nosuid', 'nodev', ...own]) };
}

/** The later option wins over its opposite and over the same key. */
function mergeTmpfsOptions(options: readonly string[]): string[] {
  const merged = new Map<string, string>();
  for (const option of options) {
    const key = optionKey(option);
    merged.delete(key);
    merged.set(key, option);
  }
  return [...merged.values()];
}

function optionKey(option: string): string {
  const equals = option.indexOf('=');
  if (equals >= 0) return option.slice(0, equals);
  if (option === 'ro' || option === 'rw') return 'ro';
  return option
    .replace(/^no(?=(exec|suid|dev|atime|diratime)$)/, '')
    .replace(/^(exec|suid|dev|atime|diratime)$/, 'no$1');
}

function depth({ destination }: SpecMount): number {
  return destination.split('/').filter(Boolean).length;
}
