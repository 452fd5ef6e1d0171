import { internal } from '../errors.ts';

export interface Security {
  readonly noNewPrivileges: boolean;
  /** Docker's default profile, none, or a profile's JSON. */
  readonly seccomp: 'default' | 'unconfined' | { readonly profile: string };
  /** Whether /sys/fs/cgroup can be written. */
  readonly writableCgroups: boolean;
}

/**
 * Parses `--security-opt`, with Docker's texts. There is no SELinux and no AppArmor on this machine, as on many hosts,
 * and Docker has nothing to apply there either.
 */
export function parseSecurity(options: readonly string[], privileged: boolean): Security {
  const security: Security = {
    noNewPrivileges: false,
    seccomp: privileged ? 'unconfined' : 'default',
    writableCgroups: privileged,
  };
  return Object.assign(security, ...options.map(parseOption)) as Security;
}

function parseOption(option: string): Partial<Security> {
  if (option === 'no-new-privileges') return { noNewPrivileges: true };
  if (option === 'writable-cgroups') return { writableCgroups: true };
  if (option === 'disable') return {};
  const [, key, value] = /^([^=:]*)[=:](.*)$/s.exec(option) ?? [];
  if (key === undefined || value === undefined)
    throw internal(`invalid --security-opt 1: ${JSON.stringify(option)}`);
  switch (key) {
    case 'label':
    case 'apparmor':
      return {};
    case 'no-new-privileges':
      return { noNewPrivileges: parseBool(value, option) };
    case 'seccomp':
      return { seccomp: parseSeccomp(value) };
    case 'writable-cgroups':
      return { writableCgroups: parseBool(value, option) };
    default:
      throw internal(`invalid --security-opt 2: ${JSON.stringify(option)}`);
  }
}

function parseSeccomp(value: string): Security['seccomp'] {
  if (value === 'unconfined') return 'unconfined';
  if (value === 'builtin') return 'default';
  return { profile: value };
}

/** Go's strconv.ParseBool. */
function parseBool(value: string, option: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) return false;
  throw internal(`invalid --security-opt 2: ${JSON.stringify(option)}`);
}
