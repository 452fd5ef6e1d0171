import type { Network, NetworkEndpoint } from '../../protocol/engine-api.ts';
import type { Container } from '../containers/container.ts';
import { formatTime } from '../time.ts';
import type { NetworkRecord } from './network.ts';

/** A network as the list shows it: without its containers. */
export function summarizeNetwork(network: NetworkRecord): Network {
  const { id, name, created, driver, segment, options, labels } = network;
  return {
    Name: name,
    Id: id,
    Created: formatTime(created),
    Scope: 'local',
    Driver: driver,
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: {
      Driver: 'default',
      Options: null,
      Config: segment === undefined ? null : [{ Subnet: segment.subnet, Gateway: segment.gateway }],
    },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: {},
    Options: { ...options },
    Labels: { ...labels },
  };
}

/** With those of the containers that run on it. */
export function inspectNetwork(network: NetworkRecord, containers: readonly Container[]): Network {
  const endpoints = containers.flatMap((container) => endpointOf(network, container) ?? []);
  return { ...summarizeNetwork(network), Containers: Object.fromEntries(endpoints) };
}

function endpointOf(
  network: NetworkRecord,
  { id, name, sandbox }: Container,
): [[id: string, endpoint: NetworkEndpoint]] | undefined {
  const endpoint = sandbox?.endpoints[network.name];
  if (endpoint === undefined) return undefined;
  const { place } = endpoint;
  const shown = {
    Name: name,
    EndpointID: endpoint.id,
    MacAddress: place?.mac ?? '',
    IPv4Address: place === undefined ? '' : `${place.address}/${place.prefix}`,
    IPv6Address: '',
  };
  return [[id, shown]];
}
