import type { HostConfig } from '../protocol/engine-api.ts';
import { StatusError } from './errors.ts';
import type { FlagValues } from './flags/flag.ts';
import { cut, pair } from './flags/kinds.ts';
import { parseRestartPolicy } from './restart-policy.ts';
import type { ContainerFlags } from './run-flags.ts';
import { securityOptions } from './security-opt.ts';
import type { ClientSession } from './session.ts';

/** Limits, privileges and surroundings of a container; what no flag asks for is left to the engine. */
export async function hostConfig(
  session: ClientSession,
  values: FlagValues<ContainerFlags>,
  mentioned: ReadonlySet<string>,
): Promise<HostConfig> {
  return {
    ...limits(values, mentioned),
    ...privileges(values),
    ...surroundings(values, mentioned),
    ...filled({ SecurityOpt: await securityOptions(session, values['security-opt']) }),
    AutoRemove: values.rm,
    RestartPolicy: restartPolicy(values.restart, values.rm),
  };
}

function limits(values: FlagValues<ContainerFlags>, mentioned: ReadonlySet<string>): HostConfig {
  return {
    ...filled({
      Memory: values.memory,
      MemoryReservation: values['memory-reservation'],
      MemorySwap: values['memory-swap'],
      NanoCpus: values.cpus,
      CpuShares: values['cpu-shares'],
      CpuPeriod: values['cpu-period'],
      CpuQuota: values['cpu-quota'],
      ShmSize: values['shm-size'],
      OomScoreAdj: values['oom-score-adj'],
      OomKillDisable: values['oom-kill-disable'],
      Ulimits: [...values.ulimit],
    }),
    ...(mentioned.has('pids-limit') ? { PidsLimit: values['pids-limit'] } : {}),
  };
}

function privileges(values: FlagValues<ContainerFlags>): HostConfig {
  return filled({
    CapAdd: [...values['cap-add']],
    CapDrop: [...values['cap-drop']],
    GroupAdd: [...values['group-add']],
    Privileged: values.privileged,
    ReadonlyRootfs: values['read-only'],
  });
}

function surroundings(values: FlagValues<ContainerFlags>, mentioned: ReadonlySet<string>): HostConfig {
  return {
    ...filled({
      Tmpfs: Object.fromEntries(
        values.tmpfs.map((mount) => cut(mount, ':')).map(([at, how]) => [at, how ?? '']),
      ),
      ExtraHosts: [...values['add-host']],
      Dns: [...values.dns],
      DnsSearch: [...values['dns-search']],
      DnsOptions: [...values['dns-opt'], ...values['dns-option']],
      Sysctls: { ...values.sysctl },
      NetworkMode: network([...values.net, ...values.network]),
    }),
    ...(mentioned.has('init') ? { Init: values.init } : {}),
    ...logConfig(values['log-driver'], values['log-opt']),
  };
}

function says(value: unknown): boolean {
  return typeof value === 'object' && value ? Object.keys(value).length > 0 : Boolean(value);
}

/** Without the fields that say nothing: empty, zero or false. */
function filled<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => says(value))) as T;
}

function network(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? '';
  throw new StatusError(
    1,
    'connecting a container to several networks is not available yet in this version of Bottleship',
  );
}

function logConfig(driver: string, options: readonly string[]): HostConfig {
  if (driver === 'none' && options.length > 0)
    throw new StatusError(1, `invalid logging opts for driver ${driver}`);
  if (driver === '' && options.length === 0) return {};
  return {
    LogConfig: { Type: driver, Config: Object.assign({}, ...options.map(pair)) as Record<string, string> },
  };
}

/** Not together with `--rm`. */
function restartPolicy(text: string, remove: boolean): { Name: string; MaximumRetryCount: number } {
  const policy = parseRestartPolicy(text === '' ? 'no' : text);
  if (remove && policy.Name !== 'no') {
    throw new StatusError(1, 'conflicting options: cannot specify both --restart and --rm');
  }
  return policy;
}
