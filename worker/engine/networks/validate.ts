import type { CreateConfig, EndpointSettings } from '../../protocol/engine-api.ts';
import { invalid } from '../errors.ts';
import { addressNumber, parseSubnet } from './address.ts';
import { parseMac } from './mac.ts';
import { isPredefined, type NetworkRecord } from './network.ts';
import { addressBytes } from './ports/hostaddress.ts';

type Find = (name: string) => NetworkRecord | undefined;

/** https://github.com/moby/moby/blob/v28.5.2/daemon/create.go (validateNetworkingConfig) */
export function validateNetworking(config: CreateConfig['NetworkingConfig'], find: Find): void {
  const problems = Object.entries(config?.EndpointsConfig ?? {}).flatMap(([name, settings]) => {
    const problem =
      settings === null ? 'EndpointsConfig is nil' : endpointProblem(name, settings, find(name));
    return problem === undefined ? [] : [`invalid config for network ${name}: ${problem}`];
  });
  if (problems.length > 0) throw invalid(joined(problems));
}

/** https://github.com/moby/moby/blob/v28.5.2/daemon/container_operations.go (validateEndpointSettings) */
export function validateEndpoint(network: NetworkRecord, settings: EndpointSettings): void {
  const problem = endpointProblem(network.name, settings, network);
  if (problem !== undefined) throw invalid(problem);
}

/** A network that is not there yet is no problem before the start. */
function endpointProblem(
  name: string,
  settings: EndpointSettings,
  network: NetworkRecord | undefined,
): string | undefined {
  const { MacAddress } = settings;
  if (MacAddress && parseMac(MacAddress) === undefined) return `invalid MAC address ${MacAddress}`;
  const problems = [
    ...(isPredefined(name) || name.startsWith('container:') ? predefinedProblems(settings) : []),
    ...addressProblems(settings, network),
  ];
  return problems.length > 0 ? `invalid endpoint settings:\n${joined(problems)}` : undefined;
}

function predefinedProblems({ IPAMConfig, Aliases }: EndpointSettings): string[] {
  const hasAddress = IPAMConfig?.IPv4Address || IPAMConfig?.IPv6Address;
  return [
    ...(hasAddress ? ['user specified IP address is supported on user defined networks only'] : []),
    ...(Aliases?.length
      ? ['network-scoped alias is supported only for containers in user defined networks']
      : []),
  ];
}

function addressProblems({ IPAMConfig }: EndpointSettings, network: NetworkRecord | undefined): string[] {
  const { IPv4Address = '', IPv6Address = '', LinkLocalIPs } = IPAMConfig ?? {};
  const outside = network !== undefined && IPv4Address !== '' && !contains(network, IPv4Address);
  return [
    ...(IPv4Address !== '' && !isAddress(IPv4Address, 4) ? [`invalid IPv4 address: ${IPv4Address}`] : []),
    ...(IPv6Address !== '' && !isAddress(IPv6Address, 16) ? [`invalid IPv6 address: ${IPv6Address}`] : []),
    ...(LinkLocalIPs ?? [])
      .filter((text) => addressBytes(text) === undefined)
      .map((text) => `invalid link-local IP address: ${text}`),
    ...(outside ? [`no configured subnet or ip-range contain the IP address ${IPv4Address}`] : []),
  ];
}

function isAddress(text: string, bytes: number): boolean {
  return addressBytes(text)?.length === bytes;
}

function contains({ segment }: NetworkRecord, text: string): boolean {
  if (segment === undefined || !isAddress(text, 4)) return false;
  const { first, last } = parseSubnet(segment.subnet);
  const number = addressNumber(text);
  return first <= number && number <= last;
}

/** As Go's multierror of Docker's has it: one as it is, more of them as a list. */
function joined(problems: readonly string[]): string {
  return problems.length === 1 ? (problems[0] ?? '') : problems.map((problem) => `* ${problem}`).join('\n');
}
