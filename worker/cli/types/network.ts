import { bool, int, map, slice, string, struct, time } from '../template/types.ts';

const iPAMConfig = struct('network.IPAMConfig', {
  Subnet: [string, 'Subnet', 'omitempty'],
  IPRange: [string, 'IPRange', 'omitempty'],
  Gateway: [string, 'Gateway', 'omitempty'],
  AuxAddress: [map(string), 'AuxiliaryAddresses', 'omitempty'],
});

const iPAM = struct('network.IPAM', {
  Driver: string,
  Options: map(string),
  Config: slice(iPAMConfig),
});

const configReference = struct('network.ConfigReference', {
  Network: string,
});

const endpointResource = struct('network.EndpointResource', {
  Name: string,
  EndpointID: string,
  MacAddress: string,
  IPv4Address: string,
  IPv6Address: string,
});

const peerInfo = struct('network.PeerInfo', {
  Name: string,
  IP: string,
});

const task = struct('network.Task', {
  Name: string,
  EndpointID: string,
  EndpointIP: string,
  Info: map(string),
});

const serviceInfo = struct('network.ServiceInfo', {
  VIP: string,
  Ports: slice(string),
  LocalLBIndex: int,
  Tasks: slice(task),
});

export const networkInspect = struct('network.Inspect', {
  Name: string,
  ID: [string, 'Id'],
  Created: time,
  Scope: string,
  Driver: string,
  EnableIPv4: bool,
  EnableIPv6: bool,
  IPAM: iPAM,
  Internal: bool,
  Attachable: bool,
  Ingress: bool,
  ConfigFrom: configReference,
  ConfigOnly: bool,
  Containers: map(endpointResource),
  Options: map(string),
  Labels: map(string),
  Peers: [slice(peerInfo), 'Peers', 'omitempty'],
  Services: [map(serviceInfo), 'Services', 'omitempty'],
});
