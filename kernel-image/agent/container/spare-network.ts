import type { ContainerSpec } from '../../../worker/protocol/agent.ts';
import { check } from '../kernel/errors.ts';
import { close, flags, open } from '../kernel/files.ts';
import { addUnpluggedVeth } from '../kernel/links.ts';
import { NetlinkPacket, openNetlink } from '../kernel/netlink.ts';
import { nr } from '../kernel/numbers.ts';
import { namespace } from '../process/clone.ts';

/** The container's device, as in every namespace, and what becomes the bridge's port. */
export const spareDevice = { index: 2, port: 3, name: 'eth0' } as const;

/**
 * A network namespace with a pair of devices, made while there is time: that is a quarter of what a container's start
 * takes. Both devices lie in it until a container takes it, so that nobody sees them, and no program has been in it.
 */
export interface SpareNetwork {
  readonly namespace: number;
  /** A netlink socket in it. */
  readonly socket: number;
  /** Whether it has its devices. */
  readonly plugged: boolean;
}

let spare: SpareNetwork | undefined;
let own: number | undefined;

/** Makes one half of a spare namespace, unless there is one. @returns whether there is more to do */
export function prepareSpareNetwork(): boolean {
  if (spare === undefined) spare = makeNamespace();
  else if (!spare.plugged) spare = plug(spare);
  return !spare.plugged;
}

function makeNamespace(): SpareNetwork {
  const machine = ownNetwork();
  check('unshare', syscall(nr.unshare, namespace.NEWNET));
  try {
    return { namespace: openCurrent(), socket: openNetlink(), plugged: false };
  } finally {
    check('setns', syscall(nr.setns, machine, namespace.NEWNET));
  }
}

function plug(made: SpareNetwork): SpareNetwork {
  const packet = new NetlinkPacket();
  addUnpluggedVeth(packet, spareDevice.port, spareDevice.index, spareDevice.name);
  packet.send(made.socket);
  return { ...made, plugged: true };
}

/** The machine's own namespace. */
export function ownNetwork(): number {
  return (own ??= openCurrent());
}

function openCurrent(): number {
  return open('/proc/self/ns/net', flags.O_RDONLY);
}

/** Hands the spare namespace over, to a container that it is fit for. `dropSpareNetwork` must follow in the agent. */
export function takeSpareNetwork({ endpoints = [] }: ContainerSpec): SpareNetwork | undefined {
  if (!spare?.plugged || endpoints[0]?.device !== spareDevice.name) return undefined;
  const taken = spare;
  spare = undefined;
  return taken;
}

export function dropSpareNetwork(taken: SpareNetwork): void {
  close(taken.socket);
  close(taken.namespace);
}

/** Descriptors that it takes while nobody uses it. */
export function spareDescriptors(): number {
  return spare === undefined ? 0 : 2;
}
