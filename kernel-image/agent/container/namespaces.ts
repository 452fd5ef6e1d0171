import type { ContainerSpec, Shared } from '../../../worker/protocol/agent.ts';
import { check } from '../kernel/errors.ts';
import { close, flags, open } from '../kernel/files.ts';
import { cloneTree } from '../kernel/mounts.ts';
import { nr } from '../kernel/numbers.ts';
import { namespace } from '../process/clone.ts';
import { dropSpareNetwork, takeSpareNetwork, type SpareNetwork } from './spare-network.ts';

/** Which namespaces a container's first process gets, and whose it joins. */
export interface Namespaces {
  /** Those to be made new. */
  readonly made: number;
  /** Descriptors of processes, whose namespaces of these kinds are joined. */
  readonly joined: readonly { readonly process: number; readonly kind: number }[];
  /** The network namespace that is joined instead of being made. */
  readonly spare: SpareNetwork | undefined;
}

const sharedMemoryPath = '/dev/shm';

/** Opens what is to be joined; `closeNamespaces` must follow. `pidOf` throws for a container that does not run. */
export function openNamespaces(spec: ContainerSpec, pidOf: (id: string) => number): Namespaces {
  const network = spec.network === 'own' ? undefined : spec.network;
  const ipc = spec.ipc === 'none' ? undefined : spec.ipc;
  const shared: [Shared | 'host' | undefined, number][] = [
    [network, namespace.NEWNET],
    [ipc, namespace.NEWIPC],
    [spec.pid, namespace.NEWPID],
    [spec.uts, namespace.NEWUTS],
  ];
  let made: number = namespace.NEWNS;
  const others: { pid: number; kind: number }[] = [];
  for (const [with_, kind] of shared) {
    if (with_ === undefined) made |= kind;
    else if (with_ !== 'host') others.push({ pid: pidOf(with_.container), kind });
  }
  const joined = others.map(({ pid, kind }) => ({ process: openProcess(pid), kind }));
  const spare = network === undefined ? takeSpareNetwork(spec) : undefined;
  return { made: spare ? made & ~namespace.NEWNET : made, joined, spare };
}

function openProcess(pid: number): number {
  return check('pidfd_open', syscall(nr.pidfd_open, pid, 0));
}

export function closeNamespaces({ joined, spare }: Namespaces): void {
  for (const { process } of joined) close(process);
  if (spare) dropSpareNetwork(spare);
}

/** What `joinNamespaces` needs of the agent's descriptors. */
export function namespaceDescriptors({ joined, spare }: Namespaces): number[] {
  return [...joined.map(({ process }) => process), ...(spare ? [spare.namespace] : [])];
}

/** The process whose process namespace is joined: that has to happen before the child is there. */
export function joinedPids({ joined }: Namespaces): number | undefined {
  return joined.find(({ kind }) => kind === namespace.NEWPID)?.process;
}

/** In the child: joins all but the process namespace. */
export function joinNamespaces({ joined, spare }: Namespaces): void {
  if (spare) {
    check('setns', syscall(nr.setns, spare.namespace, namespace.NEWNET));
    close(spare.namespace);
  }
  for (const { process, kind } of joined)
    if (kind !== namespace.NEWPID) check('setns', syscall(nr.setns, process, kind));
}

/** In the child: a detached copy of the /dev/shm that goes with an IPC namespace which is not its own. */
export function openSharedMemory({ ipc }: ContainerSpec, { joined }: Namespaces): number | undefined {
  if (ipc === 'host') return cloneTree(sharedMemoryPath);
  const other = joined.find(({ kind }) => kind === namespace.NEWIPC);
  if (other === undefined) return undefined;
  const own = open('/proc/self/ns/mnt', flags.O_RDONLY);
  check('setns', syscall(nr.setns, other.process, namespace.NEWNS));
  const tree = cloneTree(sharedMemoryPath);
  check('setns', syscall(nr.setns, own, namespace.NEWNS));
  close(own);
  return tree;
}
