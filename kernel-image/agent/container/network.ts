import type { ContainerSpec, EndpointSpec } from '../../../worker/protocol/agent.ts';
import { close, control } from '../kernel/files.ts';
import {
  addAddress,
  addBridge,
  addDefaultRoute,
  addVeth,
  type Address,
  indexOf,
  raise,
} from '../kernel/links.ts';
import { NetlinkPacket, openNetlink } from '../kernel/netlink.ts';
import { nr } from '../kernel/numbers.ts';

const loopback = 1;
/** Of the first device after `lo` in a new namespace. */
const firstIndex = 2;

/** Of Docker's default network. */
const gateway: Address = [172, 17, 0, 1];

let machine: { socket: number; bridges: Map<string, number> } | undefined;

/** Once, at boot: the machine's `lo`, Docker's default bridge, and the way between networks. */
export function prepareNetwork(): void {
  const socket = openNetlink();
  const packet = new NetlinkPacket();
  raise(packet, loopback);
  addBridge(packet, 'docker0', [0x02, 0x42, ...gateway]);
  packet.send(socket);
  const docker0 = indexOf('docker0');
  const address = new NetlinkPacket();
  addAddress(address, docker0, gateway, 16);
  raise(address, docker0);
  address.send(socket);
  control('/proc/sys/net/ipv4/ip_forward', '1');
  machine = { socket, bridges: new Map([['docker0', docker0]]) };
}

/** What the child of a container with endpoints must keep of the agent's descriptors. */
export function networkSockets({ endpoints = [] }: ContainerSpec): number[] {
  return machine !== undefined && endpoints.length > 0 ? [machine.socket] : [];
}

/** In a child with a network namespace of its own: its devices, down, so that their settings can still be made. */
export function plugIn({ endpoints = [] }: ContainerSpec): void {
  if (machine === undefined || endpoints.length === 0) return;
  const { socket, bridges } = machine;
  const packet = new NetlinkPacket();
  const pid = syscall(nr.getpid);
  endpoints.forEach((endpoint, i) => {
    addVeth(packet, {
      port: { name: endpoint.port, bridge: bridges.get(endpoint.bridge) ?? indexOf(endpoint.bridge) },
      device: { name: endpoint.device, index: firstIndex + i, mac: macBytes(endpoint.mac), pid },
    });
  });
  packet.send(socket);
  // From here on nothing leads back to the machine's namespace.
  close(socket);
}

/** Afterwards: `lo` and the devices, up, with addresses and routes. */
export function configureNetwork({ endpoints = [] }: ContainerSpec): void {
  const packet = new NetlinkPacket();
  raise(packet, loopback);
  endpoints.forEach((endpoint, i) => configure(packet, endpoint, firstIndex + i));
  const socket = openNetlink();
  packet.send(socket);
  close(socket);
}

function configure(packet: NetlinkPacket, endpoint: EndpointSpec, index: number): void {
  addAddress(packet, index, addressBytes(endpoint.address), endpoint.prefix);
  raise(packet, index);
  if (endpoint.gateway !== undefined) addDefaultRoute(packet, addressBytes(endpoint.gateway));
}

function addressBytes(text: string): Address {
  return text.split('.').map(Number);
}

function macBytes(text: string): Address {
  return text.split(':').map((byte) => Number.parseInt(byte, 16));
}
