import { check } from './errors.ts';
import { close, flags } from './files.ts';
import type { NetlinkPacket, Subject } from './netlink.ts';
import { nr } from './numbers.ts';

const RTM_NEWLINK = 16;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;
const create = NLM_F_CREATE | NLM_F_EXCL;
const IFF_UP = 1;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MASTER = 10;
const IFLA_LINKINFO = 18;
const IFLA_NET_NS_PID = 19;
const IFLA_NET_NS_FD = 28;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const VETH_INFO_PEER = 1;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_BROADCAST = 4;
const RTA_GATEWAY = 5;
const AF_INET = 2;
const RT_TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const RTN_UNICAST = 1;
const SOCK_DGRAM = 2;
const SIOCGIFINDEX = 0x8933;

/** Four or six bytes. */
export type Address = readonly number[];

export interface VethPair {
  /** In the namespace of the socket: a port of the bridge, up. */
  port: { name: string; bridge: number };
  /** In the namespace of a process, as the sender's process namespace knows it: down. */
  device: { name: string; index: number; mac: Address; pid: number };
}

/** Where in the packet the port's name and the device's address and process are. */
export interface VethPlaces {
  name: number;
  mac: number;
  pid: number;
}

export function addVeth(packet: NetlinkPacket, { port, device }: VethPair): VethPlaces {
  const places: VethPlaces = { name: 0, mac: 0, pid: 0 };
  packet.add('create veth', link(0, create, IFF_UP), () => {
    places.name = packet.text(IFLA_IFNAME, port.name);
    packet.number(IFLA_MASTER, port.bridge);
    packet.nest(IFLA_LINKINFO, [], () => {
      packet.text(IFLA_INFO_KIND, 'veth');
      packet.nest(IFLA_INFO_DATA, [], () =>
        packet.nest(VETH_INFO_PEER, link(device.index, 0, 0).words, () => {
          packet.text(IFLA_IFNAME, device.name);
          places.mac = packet.attribute(IFLA_ADDRESS, device.mac);
          places.pid = packet.number(IFLA_NET_NS_PID, device.pid);
        }),
      );
    });
  });
  return places;
}

/** Both ends in the namespace of the socket, down, with these numbers. */
export function addUnpluggedVeth(packet: NetlinkPacket, port: number, device: number, name: string): void {
  packet.add('create veth', link(port, create, 0), () => {
    packet.text(IFLA_IFNAME, 'port');
    packet.nest(IFLA_LINKINFO, [], () => {
      packet.text(IFLA_INFO_KIND, 'veth');
      packet.nest(IFLA_INFO_DATA, [], () =>
        packet.nest(VETH_INFO_PEER, link(device, 0, 0).words, () => packet.text(IFLA_IFNAME, name)),
      );
    });
  });
}

/** Moves a device into another namespace, where it becomes a port of a bridge, up. @returns the place of its name */
export function addMove(
  packet: NetlinkPacket,
  index: number,
  namespace: number,
  port: VethPair['port'],
): number {
  let place = 0;
  packet.add('move veth', link(index, 0, IFF_UP), () => {
    place = packet.text(IFLA_IFNAME, port.name);
    packet.number(IFLA_NET_NS_FD, namespace);
    packet.number(IFLA_MASTER, port.bridge);
  });
  return place;
}

/** @returns the address's place */
export function addHardwareAddress(packet: NetlinkPacket, index: number, mac: Address): number {
  let place = 0;
  packet.add('set MAC address', link(index, 0, 0), () => {
    place = packet.attribute(IFLA_ADDRESS, mac);
  });
  return place;
}

/** A bridge that is given no address takes one of its ports', and none when the last one goes. */
export function addBridge(packet: NetlinkPacket, name: string, mac: Address): void {
  packet.add(`create ${name}`, link(0, create, 0), () => {
    packet.text(IFLA_IFNAME, name);
    packet.attribute(IFLA_ADDRESS, mac);
    packet.nest(IFLA_LINKINFO, [], () => packet.text(IFLA_INFO_KIND, 'bridge'));
  });
}

export function raise(packet: NetlinkPacket, index: number): void {
  packet.add(`raise device ${index}`, link(index, 0, IFF_UP));
}

/** With the network's last address for broadcasts, as Docker has it. @returns the places of the address */
export function addAddress(packet: NetlinkPacket, index: number, address: Address, prefix: number): number[] {
  const places: number[] = [];
  // struct ifaddrmsg: u8 family, prefix length, flags and scope, then u32 index.
  const words = [AF_INET | (prefix << 8), index];
  packet.add('add address', { type: RTM_NEWADDR, flags: create, words }, () => {
    places.push(packet.attribute(IFA_LOCAL, address), packet.attribute(IFA_ADDRESS, address));
    packet.attribute(IFA_BROADCAST, broadcast(address, prefix));
  });
  return places;
}

export function addDefaultRoute(packet: NetlinkPacket, gateway: Address): void {
  // struct rtmsg: u8 family, three lengths; u8 table, protocol, scope, type; u32 flags.
  const words = [AF_INET, RT_TABLE_MAIN | (RTPROT_BOOT << 8) | (RTN_UNICAST << 24), 0];
  packet.add('add route', { type: RTM_NEWROUTE, flags: create, words }, () =>
    packet.attribute(RTA_GATEWAY, gateway),
  );
}

/** The number of a device of the namespace that the caller is in. */
export function indexOf(name: string): number {
  const socket = check('socket', syscall(nr.socket, AF_INET, SOCK_DGRAM | flags.O_CLOEXEC, 0));
  // struct ifreq: a name of 16 bytes, then the number.
  const request = new Uint32Array(8);
  const text = new Uint8Array(encode(name));
  new Uint8Array(request.buffer).set(text.subarray(0, 15));
  const result = syscall(nr.ioctl, socket, SIOCGIFINDEX, request);
  close(socket);
  check(`find device ${name}`, result);
  return request[4] ?? 0;
}

/** struct ifinfomsg: u8 family, u16 type; i32 index; u32 flags, u32 which flags to change. */
function link(index: number, flags: number, state: number): Subject {
  return { type: RTM_NEWLINK, flags, words: [0, index, state, state] };
}

function broadcast(address: Address, prefix: number): number[] {
  return address.map((byte, i) => byte | (0xff >> Math.min(8, Math.max(0, prefix - i * 8))));
}
