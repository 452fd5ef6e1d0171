import type { Instant } from '../clock.ts';
import { AddressPool } from './addresspool.ts';

export type NetworkDriver = 'bridge' | 'host' | 'null';

/** A network that containers can be on. */
export interface NetworkRecord {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  readonly created: Instant;
  readonly driver: NetworkDriver;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Of a bridge. */
  readonly segment?: Segment;
}

/** What a bridge's containers have in common. */
export interface Segment {
  /** The bridge's device in the machine. */
  readonly bridge: string;
  readonly subnet: string;
  readonly gateway: string;
  readonly addresses: AddressPool;
}

/** What of the predefined networks is kept for the next visit. */
export interface PredefinedIds {
  readonly bridge: string;
  readonly host: string;
  readonly none: string;
  readonly created: Instant;
}

const subnet = '172.17.0.0/16';
const gateway = '172.17.0.1';

/** Docker's three, which always are there. */
export function predefinedNetworks(ids: PredefinedIds): NetworkRecord[] {
  const common = { created: ids.created, labels: {} };
  return [
    {
      ...common,
      id: ids.bridge,
      name: 'bridge',
      driver: 'bridge',
      options: {
        'com.docker.network.bridge.default_bridge': 'true',
        'com.docker.network.bridge.enable_icc': 'true',
        'com.docker.network.bridge.enable_ip_masquerade': 'true',
        'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
        'com.docker.network.bridge.name': 'docker0',
        'com.docker.network.driver.mtu': '1500',
      },
      segment: { bridge: 'docker0', subnet, gateway, addresses: new AddressPool(subnet, gateway) },
    },
    { ...common, id: ids.host, name: 'host', driver: 'host', options: {} },
    { ...common, id: ids.none, name: 'none', driver: 'null', options: {} },
  ];
}

export function isPredefined(name: string): boolean {
  return ['bridge', 'host', 'none', 'default'].includes(name);
}
