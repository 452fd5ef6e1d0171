import type { DeviceRule, SeccompFilter } from '../../../worker/protocol/agent.ts';
import { Batch } from '../kernel/batch.ts';
import { check } from '../kernel/errors.ts';
import { nr } from '../kernel/numbers.ts';
import { boundingDrops, capsetHeader, containerCapsetData } from '../security/capabilities.ts';
import { defaultDeviceRules, deviceProgram } from '../security/device-program.ts';
import { seccompFilter } from '../security/seccomp.ts';

const PR_CAPBSET_DROP = 24;
const SECCOMP_SET_MODE_FILTER = 1;
const BPF_PROG_LOAD = 5;
const BPF_PROG_ATTACH = 8;
const BPF_PROG_TYPE_CGROUP_DEVICE = 15;
const BPF_CGROUP_DEVICE = 6;

/** What a set of capabilities comes to, as the kernel wants it. */
export interface Privileges {
  /** Takes everything else from the bounding set; what is left can still be dropped, never got back. */
  drops: Batch;
  /** Makes a root process hold these capabilities and no others. */
  capset: Batch;
  /** Docker's default seccomp profile, which depends on them. Needs CAP_SYS_ADMIN or no_new_privs. */
  seccomp: Batch;
}

const known = new Map<string, Privileges>();

/** Worked out once for each set. To be asked for in the agent, not in a child, whose knowledge dies with it. */
export function privilegesOf(capabilities: readonly number[]): Privileges {
  const key = capabilities.join();
  let found = known.get(key);
  if (found === undefined) known.set(key, (found = workOut(capabilities)));
  return found;
}

function workOut(capabilities: readonly number[]): Privileges {
  const drops = new Batch();
  for (const capability of boundingDrops(capabilities)) {
    drops.add('capabilities', nr.prctl, PR_CAPBSET_DROP, capability);
  }
  const capset = new Batch();
  const [header, data] = [kept(capsetHeader()), kept(containerCapsetData(capabilities))];
  capset.add('capset', nr.capset, address(header), address(data));
  const filter = kept(seccompFilter(capabilities));
  // struct sock_fprog: u16 length in instructions, then a pointer.
  const program = kept(new Uint32Array([filter.length / 8, address(filter)]));
  const seccomp = new Batch();
  seccomp.add('seccomp', nr.seccomp, SECCOMP_SET_MODE_FILTER, 0, address(program));
  return { drops, capset, seccomp };
}

/** What batches point to lives as long as the agent. */
const keptBytes: ArrayBufferView[] = [];

function kept<T extends ArrayBufferView>(bytes: T): T {
  keptBytes.push(bytes);
  return bytes;
}

/** Attaches a filter of a container's own to this process. */
export function attachFilter({ program, flags }: SeccompFilter): void {
  const words = new Uint32Array(program);
  const header = new Uint32Array([words.length / 2, address(words)]);
  check('seccomp', syscall(nr.seccomp, SECCOMP_SET_MODE_FILTER, flags, header));
}

let defaultProgram: number | undefined;

/** Lets a cgroup's processes use only the devices that the rules allow. */
export function restrictDevices(cgroup: number, added: readonly DeviceRule[], privileged: boolean): void {
  // A cgroup without a program may use every device.
  if (privileged) return;
  if (added.length > 0) return attachProgram(cgroup, loadDeviceProgram([...defaultDeviceRules, ...added]));
  defaultProgram ??= loadDeviceProgram(defaultDeviceRules);
  attachProgram(cgroup, defaultProgram);
}

/** Prepares what every container uses, while there is time. */
export function prepareSecurity(capabilities: readonly number[]): void {
  privilegesOf(capabilities);
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
