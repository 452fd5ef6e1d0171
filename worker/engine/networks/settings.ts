import type { EndpointSettings, NetworkSettings } from '../../protocol/engine-api.ts';
import type { Container } from '../containers/container.ts';
import type { Attachment, Endpoint } from './sandbox.ts';

/** Every field that Docker gives. https://github.com/moby/moby/blob/v28.5.2/daemon/inspect.go (getInspectData) */
export function networkSettings(container: Container): NetworkSettings {
  const { sandbox } = container;
  const main = sandbox?.endpoints['bridge'];
  const place = main?.place;
  return {
    Bridge: '',
    SandboxID: sandbox?.id ?? '',
    SandboxKey: sandbox?.key ?? '',
    Ports: sandbox?.ports ?? {},
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: main?.id ?? '',
    Gateway: place?.gateway ?? '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    IPAddress: place?.address ?? '',
    IPPrefixLen: place?.prefix ?? 0,
    IPv6Gateway: '',
    MacAddress: place?.mac ?? '',
    Networks: networksOf(container),
  };
}

/** By the network's name. What only a running container has is empty in the others. */
export function networksOf({ networks, sandbox }: Container): Record<string, EndpointSettings> {
  return Object.fromEntries(
    Object.entries(networks).map(([name, attachment]) => [
      name,
      settingsOf(attachment, sandbox?.endpoints[name]),
    ]),
  );
}

function settingsOf({ asked, networkId }: Attachment, endpoint: Endpoint | undefined): EndpointSettings {
  const place = endpoint?.place;
  return {
    IPAMConfig: asked.IPAMConfig ?? null,
    Links: asked.Links ?? null,
    Aliases: asked.Aliases ?? null,
    MacAddress: place?.mac ?? '',
    DriverOpts: asked.DriverOpts ?? null,
    GwPriority: asked.GwPriority ?? 0,
    NetworkID: networkId,
    EndpointID: endpoint?.id ?? '',
    Gateway: place?.gateway ?? '',
    IPAddress: place?.address ?? '',
    IPPrefixLen: place?.prefix ?? 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    DNSNames: null,
  };
}
