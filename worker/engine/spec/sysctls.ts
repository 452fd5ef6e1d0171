import type { ContainerSpec } from '../../protocol/agent.ts';
import { internal } from '../errors.ts';
import { runcFailure } from './runc.ts';

/** Those of the IPC namespace. https://github.com/opencontainers/runc/blob/v1.1.5/libcontainer/configs/validate/validator.go */
const ipcSysctls = new Set([
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
]);

/** Docker's own for a network namespace: ports below 1024 and ping for everybody. */
const networkDefaults = {
  'net.ipv4.ip_unprivileged_port_start': '0',
  'net.ipv4.ping_group_range': '0 2147483647',
};

/** A device without an IPv6 address has no IPv6 at all. */
export function endpointSysctls(endpoints: readonly { readonly device: string }[]): Record<string, string> {
  return Object.fromEntries(endpoints.map(({ device }) => [`net.ipv6.conf.${device}.disable_ipv6`, '1']));
}

/** All the sysctls to set. Throws, as runc does at the start, on one that is not the container's own. */
export function sysctls(
  given: Readonly<Record<string, string>>,
  network: ContainerSpec['network'],
): Record<string, string> {
  validateSysctls(given, network);
  return { ...(network === 'own' && networkDefaults), ...given };
}

function validateSysctls(given: Readonly<Record<string, string>>, network: ContainerSpec['network']): void {
  for (const name of Object.keys(given)) {
    if (ipcSysctls.has(name) || name.startsWith('fs.mqueue.') || name === 'kernel.domainname') continue;
    if (!name.startsWith('net.'))
      throw internal(runcFailure(`sysctl ${JSON.stringify(name)} is not in a separate kernel namespace`));
    if (network === 'host')
      throw internal(runcFailure(`sysctl ${JSON.stringify(name)} not allowed in host network namespace`));
  }
}
