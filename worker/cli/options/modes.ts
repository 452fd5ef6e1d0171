import type { HostConfig } from '../../protocol/engine-api.ts';
import type { FlagValues } from '../flags/flag.ts';
import type { ContainerFlags } from '../run-flags.ts';

/** The namespaces that a container shares. @throws Error in Docker's words; what `--ipc` says is for the engine to judge */
export function namespaceModes(values: FlagValues<ContainerFlags>): HostConfig {
  refuseUnless(/^(?:|host|container:[^]+)$/.test(values.pid), '--pid: invalid PID mode');
  refuseUnless(['', 'host'].includes(values.uts), '--uts: invalid UTS mode');
  refuseUnless(['', 'host'].includes(values.userns), '--userns: invalid USER mode');
  refuseUnless(['', 'host', 'private'].includes(values.cgroupns), '--cgroupns: invalid CGROUP mode');
  return {
    CgroupnsMode: values.cgroupns,
    IpcMode: values.ipc,
    Cgroup: '',
    PidMode: values.pid,
    UTSMode: values.uts,
    UsernsMode: values.userns,
  };
}

function refuseUnless(sound: boolean, why: string): void {
  if (!sound) throw new Error(why);
}
