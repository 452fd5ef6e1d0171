/**
 * The kernel's capabilities by number (include/uapi/linux/capability.h of 6.12), Docker's default set, and the bytes
 * that capset(2) takes.
 */

const NAMES = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_DAC_READ_SEARCH',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETPCAP',
  'CAP_LINUX_IMMUTABLE',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_BROADCAST',
  'CAP_NET_ADMIN',
  'CAP_NET_RAW',
  'CAP_IPC_LOCK',
  'CAP_IPC_OWNER',
  'CAP_SYS_MODULE',
  'CAP_SYS_RAWIO',
  'CAP_SYS_CHROOT',
  'CAP_SYS_PTRACE',
  'CAP_SYS_PACCT',
  'CAP_SYS_ADMIN',
  'CAP_SYS_BOOT',
  'CAP_SYS_NICE',
  'CAP_SYS_RESOURCE',
  'CAP_SYS_TIME',
  'CAP_SYS_TTY_CONFIG',
  'CAP_MKNOD',
  'CAP_LEASE',
  'CAP_AUDIT_WRITE',
  'CAP_AUDIT_CONTROL',
  'CAP_SETFCAP',
  'CAP_MAC_OVERRIDE',
  'CAP_MAC_ADMIN',
  'CAP_SYSLOG',
  'CAP_WAKE_ALARM',
  'CAP_BLOCK_SUSPEND',
  'CAP_AUDIT_READ',
  'CAP_PERFMON',
  'CAP_BPF',
  'CAP_CHECKPOINT_RESTORE',
] as const;

export type CapabilityName = (typeof NAMES)[number];

/** Every capability's name; its index is its number. */
export const capabilityNames: readonly CapabilityName[] = NAMES;

export const lastCapability = NAMES.length - 1;

export function capabilityNumber(name: CapabilityName): number {
  return NAMES.indexOf(name);
}

/** What a container has when nothing was added or dropped (moby v28.5.2, oci/caps/defaults.go). */
export const defaultCapabilities: readonly number[] = (
  [
    'CAP_CHOWN',
    'CAP_DAC_OVERRIDE',
    'CAP_FOWNER',
    'CAP_FSETID',
    'CAP_KILL',
    'CAP_SETGID',
    'CAP_SETUID',
    'CAP_SETPCAP',
    'CAP_NET_BIND_SERVICE',
    'CAP_NET_RAW',
    'CAP_SYS_CHROOT',
    'CAP_MKNOD',
    'CAP_AUDIT_WRITE',
    'CAP_SETFCAP',
  ] as const
).map(capabilityNumber);

/** The capabilities to take from the bounding set, one prctl(PR_CAPBSET_DROP) each, so that `kept` are left. */
export function boundingDrops(kept: readonly number[]): number[] {
  return NAMES.map((_, number) => number).filter((number) => !kept.includes(number));
}

const CAPSET_VERSION_3 = 0x20080522;

/** `struct __user_cap_header_struct` for the calling thread. */
export function capsetHeader(): Uint8Array {
  return words([CAPSET_VERSION_3, 0]);
}

export interface CapabilitySets {
  effective: readonly number[];
  permitted: readonly number[];
  inheritable: readonly number[];
}

/** Two `struct __user_cap_data_struct`: capabilities 0 to 31, then 32 to 63. */
export function capsetData(sets: CapabilitySets): Uint8Array {
  const { effective, permitted, inheritable } = sets;
  const halves = [0, 1].map((half) => [
    mask(effective, half),
    mask(permitted, half),
    mask(inheritable, half),
  ]);
  return words(halves.flat());
}

/**
 * The data for a container's process: effective and permitted are its set. Nothing is inheritable (CVE-2022-24769) and,
 * which follows from that, nothing ambient; so a process that is not root loses them all when it executes its program.
 */
export function containerCapsetData(capabilities: readonly number[]): Uint8Array {
  return capsetData({ effective: capabilities, permitted: capabilities, inheritable: [] });
}

function mask(capabilities: readonly number[], half: number): number {
  return capabilities.reduce(
    (bits, number) => (number >> 5 === half ? bits | (1 << (number & 31)) : bits),
    0,
  );
}

function words(values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}
