import { invalid } from '../errors.ts';

/** By number. https://github.com/torvalds/linux/blob/v6.12/include/uapi/linux/capability.h */
const names = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
] as const;

const numbers: ReadonlyMap<string, number> = new Map(names.map((name, number) => [`CAP_${name}`, number]));

/** Every capability's number. */
export const allCapabilities: readonly number[] = names.map((_, number) => number);

/** https://github.com/moby/moby/blob/v28.5.2/oci/caps/defaults.go */
const defaultNames = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
];

export interface CapabilityChanges {
  readonly CapAdd?: readonly string[] | null;
  readonly CapDrop?: readonly string[] | null;
  readonly Privileged?: boolean;
}

/** Docker's rules: ALL added wins over ALL dropped, then drops are taken from the default fourteen, then adds come. */
export function capabilities({ CapAdd, CapDrop, Privileged }: CapabilityChanges): number[] {
  if (Privileged) return [...allCapabilities];
  const add = normalizeCapabilities(CapAdd ?? []);
  const drop = new Set(normalizeCapabilities(CapDrop ?? []));
  return toNumbers(chosen(add, drop)).sort((a, b) => a - b);
}

/** Upper case, with CAP_; throws on a name that is none. */
export function normalizeCapabilities(given: readonly string[]): string[] {
  return given.map((text) => {
    const upper = text.toUpperCase();
    if (upper === 'ALL') return upper;
    const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
    if (!numbers.has(name)) throw invalid(`unknown capability: ${JSON.stringify(name)}`);
    return name;
  });
}

function chosen(add: readonly string[], drop: ReadonlySet<string>): string[] {
  if (add.includes('ALL')) return [...numbers.keys()].filter((name) => !drop.has(name));
  if (drop.has('ALL')) return [...add];
  return [...defaultNames.filter((name) => !drop.has(name)), ...add];
}

function toNumbers(chosen: readonly string[]): number[] {
  return [...new Set(chosen)].flatMap((name) => numbers.get(name) ?? []);
}

/** Their names, with CAP_. */
export function capabilityNames(given: readonly number[]): string[] {
  return given.map((number) => `CAP_${names[number]}`);
}
