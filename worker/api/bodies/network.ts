import { bool, int, list, map, string, struct } from '../json/schema.ts';

const strings = map(string);

export const endpointSettings = struct('network.EndpointSettings', {
  IPAMConfig: struct('network.EndpointIPAMConfig', {
    IPv4Address: string,
    IPv6Address: string,
    LinkLocalIPs: list(string),
  }),
  Links: list(string),
  Aliases: list(string),
  MacAddress: string,
  DriverOpts: strings,
  GwPriority: int,
  NetworkID: string,
  EndpointID: string,
  Gateway: string,
  IPAddress: string,
  IPPrefixLen: int,
  IPv6Gateway: string,
  GlobalIPv6Address: string,
  GlobalIPv6PrefixLen: int,
  DNSNames: list(string),
});

export const networkCreate = struct('network.CreateRequest', {
  Name: string,
  CheckDuplicate: bool,
  Driver: string,
  Scope: string,
  EnableIPv4: bool,
  EnableIPv6: bool,
  IPAM: struct('network.IPAM', {
    Driver: string,
    Options: strings,
    Config: list(
      struct('network.IPAMConfig', {
        Subnet: string,
        IPRange: string,
        Gateway: string,
        AuxiliaryAddresses: strings,
      }),
    ),
  }),
  Internal: bool,
  Attachable: bool,
  Ingress: bool,
  ConfigOnly: bool,
  ConfigFrom: struct('network.ConfigReference', { Network: string }),
  Options: strings,
  Labels: strings,
});

export const networkConnect = struct('network.ConnectOptions', {
  Container: string,
  EndpointConfig: endpointSettings,
});

export const networkDisconnect = struct('network.DisconnectOptions', { Container: string, Force: bool });
