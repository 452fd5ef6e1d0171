import { check } from '../kernel/errors.ts';
import { nr } from '../kernel/numbers.ts';
import { signal } from '../kernel/signals.ts';

export const namespace = {
  NEWNS: 0x20000,
  NEWCGROUP: 0x2000000,
  NEWUTS: 0x4000000,
  NEWIPC: 0x8000000,
  NEWPID: 0x20000000,
  NEWNET: 0x40000000,
} as const;

/** clone3 takes it in 64 bits; it lies above 32. */
const CLONE_INTO_CGROUP_HIGH = 2;

/**
 * Starts a child that is a copy of the agent: 0 in the child, its pid in the agent. With `cgroup`, a descriptor of a
 * cgroup's directory, it begins its life there. struct clone_args is eleven u64.
 */
export function fork(namespaces = 0, cgroup?: number): number {
  const args = new Uint32Array(22);
  args[0] = namespaces;
  args[8] = signal.CHLD;
  if (cgroup !== undefined) {
    args[1] = CLONE_INTO_CGROUP_HIGH;
    args[20] = cgroup;
  }
  return check('clone', syscall(nr.clone3, args, 88));
}

/** Ends a child that cannot become another program. Never returns. */
export function exit(code: number): never {
  for (;;) syscall(nr.exit_group, code);
}
