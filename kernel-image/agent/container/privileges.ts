import type { DeviceRule } from '../../../worker/protocol/agent.ts';
import { check } from '../kernel/errors.ts';
import { nr } from '../kernel/numbers.ts';
import { boundingDrops, capsetHeader, containerCapsetData } from '../security/capabilities.ts';
import { allDeviceRules, defaultDeviceRules, deviceProgram } from '../security/device-program.ts';
import { seccompFilter } from '../security/seccomp.ts';

const PR_CAPBSET_DROP = 24;
const SECCOMP_SET_MODE_FILTER = 1;
const BPF_PROG_LOAD = 5;
const BPF_PROG_ATTACH = 8;
const BPF_PROG_TYPE_CGROUP_DEVICE = 15;
const BPF_CGROUP_DEVICE = 6;

/** Takes everything else from the bounding set; what is left can still be dropped, never got back. */
export function keepCapabilities(capabilities: readonly number[]): void {
  for (const capability of boundingDrops(capabilities)) {
    check('capabilities', syscall(nr.prctl, PR_CAPBSET_DROP, capability, 0, 0, 0));
  }
}

/** Makes a root process hold these capabilities and no others. */
export function applyCapabilities(capabilities: readonly number[]): void {
  check('capset', syscall(nr.capset, capsetHeader(), containerCapsetData(capabilities)));
}

/** Docker's default profile, which depends on the capabilities. Needs CAP_SYS_ADMIN or no_new_privs. */
export function installSeccomp(capabilities: readonly number[]): void {
  const filter = seccompFilter(capabilities);
  // struct sock_fprog: u16 length in instructions, then a pointer.
  const program = new Uint32Array([filter.length / 8, address(filter)]);
  check('seccomp', syscall(nr.seccomp, SECCOMP_SET_MODE_FILTER, 0, program));
}

let defaultProgram: number | undefined;

/** Lets a cgroup's processes use only the devices that the rules allow. */
export function restrictDevices(cgroup: number, added: readonly DeviceRule[], privileged: boolean): void {
  if (privileged) return attachProgram(cgroup, loadDeviceProgram(allDeviceRules));
  if (added.length > 0) return attachProgram(cgroup, loadDeviceProgram([...defaultDeviceRules, ...added]));
  defaultProgram ??= loadDeviceProgram(defaultDeviceRules);
  attachProgram(cgroup, defaultProgram);
}

/** Prepares what every container uses, while there is time. */
export function prepareSecurity(capabilities: readonly number[]): void {
  seccompFilter(capabilities);
  defaultProgram ??= loadDeviceProgram(defaultDeviceRules);
}

function loadDeviceProgram(rules: readonly DeviceRule[]): number {
  const program = deviceProgram(rules);
  const license = new Uint8Array(encode('Apache-2.0'));
  // union bpf_attr: type, instructions, u64 code, u64 license, log level and size, u64 log, ...
  const attributes = new Uint32Array(32);
  attributes.set([BPF_PROG_TYPE_CGROUP_DEVICE, program.length / 8, address(program), 0, address(license), 0]);
  return check('load device program', syscall(nr.bpf, BPF_PROG_LOAD, attributes, attributes.byteLength));
}

function attachProgram(cgroup: number, program: number): void {
  const attributes = new Uint32Array(32);
  attributes.set([cgroup, program, BPF_CGROUP_DEVICE, 0]);
  check('attach device program', syscall(nr.bpf, BPF_PROG_ATTACH, attributes, attributes.byteLength));
}
