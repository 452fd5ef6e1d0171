import type { ContainerSpec, EndpointSpec } from '../../../worker/protocol/agent.ts';
import { close, control } from '../kernel/files.ts';
import {
  addAddress,
  addBridge,
  addDefaultRoute,
  addHardwareAddress,
  addMove,
  addVeth,
  type Address,
  indexOf,
  raise,
  type VethPlaces,
} from '../kernel/links.ts';
import { NetlinkPacket, openNetlink } from '../kernel/netlink.ts';
import { nr } from '../kernel/numbers.ts';
import { ownNetwork, prepareSpareNetwork, spareDevice, type SpareNetwork } from './spare-network.ts';

const loopback = 1;
/** Of the first device after `lo` in a new namespace. */
const firstIndex = 2;

/** Docker's default network. */
const defaultBridge = 'docker0';
const gateway: Address = [172, 17, 0, 1];
const prefix = 16;

/** As nearly every container has it. */
const usualEndpoint: EndpointSpec = {
  bridge: defaultBridge,
  port: 'veth0000000',
  device: 'eth0',
  mac: '02:00:00:00:00:00',
  address: gateway.join('.'),
  prefix,
  gateway: gateway.join('.'),
};

/** Of the machine's own namespace, and what to send there and in a container's. */
interface Machine {
  socket: number;
  /** By the container's device and its network. */
  plans: Map<string, Plan>;
  loopback: NetlinkPacket;
}

/** The messages for an endpoint, which are made once for all that differ only in their port, MAC and address. */
interface Plan {
  create: NetlinkPacket;
  veth: VethPlaces;
  configure: NetlinkPacket;
  addresses: readonly number[];
  /** For a pair that is there already, in a namespace of its own. */
  adopt: { packet: NetlinkPacket; name: number; mac: number };
}

let machine: Machine | undefined;

/** Once, at boot: the machine's `lo`, Docker's default bridge, and the way between networks. */
export function prepareNetwork(): void {
  const loopbackPacket = new NetlinkPacket();
  raise(loopbackPacket, loopback);
  machine = { socket: openNetlink(), plans: new Map(), loopback: loopbackPacket };
  loopbackPacket.send(machine.socket);
  makeBridge(machine.socket);
  control('/proc/sys/net/ipv4/ip_forward', '1');
  planFor(machine, usualEndpoint, 0);
  while (prepareSpareNetwork());
}

function makeBridge(socket: number): void {
  const packet = new NetlinkPacket();
  addBridge(packet, defaultBridge, [0x02, 0x42, ...gateway]);
  packet.send(socket);
  // Ports need no IPv6 addresses of their own; this is for devices that come from now on.
  control('/proc/sys/net/ipv6/conf/default/disable_ipv6', '1');
  const index = indexOf(defaultBridge);
  const address = new NetlinkPacket();
  addAddress(address, index, gateway, prefix);
  raise(address, index);
  address.send(socket);
}

/** In the agent, before the child: prepares the messages. @returns what the child must keep of the agent's descriptors */
export function networkSockets({ endpoints = [] }: ContainerSpec): number[] {
  if (machine === undefined || endpoints.length === 0) return [];
  for (const [i, endpoint] of endpoints.entries()) planFor(machine, endpoint, i);
  return [machine.socket];
}

/** In the agent, before the child: the first endpoint of a container that has taken a spare namespace. Its device stays down. */
export function plugInSpare({ endpoints = [] }: ContainerSpec, { socket }: SpareNetwork): void {
  const [endpoint] = endpoints;
  if (machine === undefined || endpoint === undefined) return;
  const { packet, name, mac } = planFor(machine, endpoint, 0).adopt;
  packet.put(name, new Uint8Array(encode(endpoint.port)));
  packet.put(mac, macBytes(endpoint.mac));
  packet.send(socket);
}

/**
 * In a child with a network namespace of its own: its devices, down, so that their settings can still be made. Of a
 * spare namespace the first one is there.
 */
export function plugIn({ endpoints = [] }: ContainerSpec, isSpare: boolean): void {
  if (machine === undefined || endpoints.length === 0) return;
  const { socket } = machine;
  const pid = syscall(nr.getpid);
  for (const [i, endpoint] of endpoints.entries()) {
    if (isSpare && i === 0) continue;
    const { create, veth } = planFor(machine, endpoint, i);
    create.put(veth.name, new Uint8Array(encode(endpoint.port)));
    create.put(veth.mac, macBytes(endpoint.mac));
    create.put(veth.pid, [pid & 0xff, (pid >> 8) & 0xff, pid >> 16, 0]);
    create.send(socket);
  }
  // From here on nothing leads back to the machine's namespace.
  close(socket);
}

/** Afterwards: `lo` and the devices, up, with addresses and routes. */
export function configureNetwork({ endpoints = [] }: ContainerSpec): void {
  if (machine === undefined) return;
  const socket = openNetlink();
  machine.loopback.send(socket);
  for (const [i, endpoint] of endpoints.entries()) {
    const { configure, addresses } = planFor(machine, endpoint, i);
    for (const place of addresses) configure.put(place, addressBytes(endpoint.address));
    configure.send(socket);
  }
  close(socket);
}

function planFor({ plans }: Machine, endpoint: EndpointSpec, position: number): Plan {
  const { bridge, port, device, prefix: bits, gateway: way } = endpoint;
  const key = `${position} ${device} ${bridge} ${bits} ${way} ${port.length}`;
  let plan = plans.get(key);
  if (plan === undefined) plans.set(key, (plan = makePlan(endpoint, firstIndex + position)));
  return plan;
}

function makePlan(endpoint: EndpointSpec, index: number): Plan {
  const { bridge, port, device, mac, address, gateway: way } = endpoint;
  const create = new NetlinkPacket();
  const veth = addVeth(create, {
    port: { name: port, bridge: indexOf(bridge) },
    device: { name: device, index, mac: macBytes(mac), pid: 0 },
  });
  const configure = new NetlinkPacket();
  const addresses = addAddress(configure, index, addressBytes(address), endpoint.prefix);
  raise(configure, index);
  if (way !== undefined) addDefaultRoute(configure, addressBytes(way));
  const packet = new NetlinkPacket();
  const adopt = {
    packet,
    name: addMove(packet, spareDevice.port, ownNetwork(), { name: port, bridge: indexOf(bridge) }),
    mac: addHardwareAddress(packet, spareDevice.index, macBytes(mac)),
  };
  return { create, veth, configure, addresses, adopt };
}

function addressBytes(text: string): Address {
  return text.split('.').map(Number);
}

function macBytes(text: string): Address {
  return text.split(':').map((byte) => Number.parseInt(byte, 16));
}
