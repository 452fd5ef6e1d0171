import type { EndpointSettings } from '../../protocol/engine-api.ts';
import { readCsv } from '../../oci/csv.ts';
import type { Flag } from '../flags/flag.ts';
import { cut, value } from '../flags/kinds.ts';
import { readDecimal } from '../flags/numbers.ts';
import type { FlagValues } from '../flags/flag.ts';
import type { ContainerFlags } from '../run-flags.ts';
import { checkMac } from './mac-address.ts';

/** A network to be connected to, and how. */
export interface NetworkOption {
  target: string;
  aliases: string[];
  links: string[];
  linkLocalIps: string[];
  ipv4: string;
  ipv6: string;
  mac: string;
  driverOpts: Record<string, string>;
  priority: number;
}

type Endpoints = Record<string, EndpointSettings>;
type Values = FlagValues<ContainerFlags>;

const empty: NetworkOption = {
  target: '',
  aliases: [],
  links: [],
  linkLocalIps: [],
  ipv4: '',
  ipv6: '',
  mac: '',
  driverOpts: {},
  priority: 0,
};

const setters: Readonly<Record<string, (option: NetworkOption, text: string) => void>> = {
  name: (option, text) => void (option.target = text),
  alias: (option, text) => void option.aliases.push(text),
  ip: (option, text) => void (option.ipv4 = text),
  ip6: (option, text) => void (option.ipv6 = text),
  'mac-address': (option, text) => void (option.mac = text),
  'link-local-ip': (option, text) => void option.linkLocalIps.push(text),
  'driver-opt': (option, text) => void Object.assign(option.driverOpts, driverOption(text)),
  'gw-priority': (option, text) => void (option.priority = gatewayPriority(text)),
};

export function networks(
  usage: string,
  options: { hidden?: boolean; spells?: string } = {},
): Flag<readonly NetworkOption[]> {
  const read = (text: string, previous: readonly NetworkOption[]) => [...previous, readNetwork(text)];
  return value('network', [] as readonly NetworkOption[], read, usage, options);
}

/** A name, or `name=...,alias=...`. @throws Error in Docker's words */
export function readNetwork(text: string): NetworkOption {
  const option = structuredClone(empty);
  if (!/\w=\w/.test(text)) return { ...option, target: text };
  for (const field of readCsv(text)) setField(option, field);
  if (option.target === '') throw new Error('network name/id is not specified');
  return option;
}

function setField(option: NetworkOption, field: string): void {
  const [name, text] = cut(field.toLowerCase(), '=');
  if (text === undefined || name === '') throw new Error(`invalid field ${field}`);
  const key = name.trim();
  if (!Object.hasOwn(setters, key)) throw new Error(`invalid field key ${key}`);
  setters[key]?.(option, text.trim());
}

function driverOption(text: string): Record<string, string> {
  const [key, rest] = cut(text, '=');
  if (rest === undefined || key === '') throw new Error('invalid key value pair format in driver options');
  return { [key.trim()]: rest.trim() };
}

function gatewayPriority(text: string): number {
  try {
    return readDecimal(text);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split(': ').at(-1) ?? '') : '';
    throw new Error(`invalid gw-priority (${text}): ${why}`, { cause: error });
  }
}

const reserved = new Set(['default', 'bridge', 'host', 'none', 'nat']);

/** A network of the user's own making, which has names and addresses to give. */
function isUserDefined(target: string): boolean {
  return !reserved.has(target) && !target.startsWith('container:');
}

/**
 * What is asked of each network. Flags that stand apart (`--ip`, `--network-alias`) are of the first; when only one
 * network is named and nothing is asked of it, the engine is left to it. @throws Error in Docker's words
 */
export function endpoints(values: Values): Endpoints {
  const named = values.network;
  const [first = { ...empty, target: 'default' }, ...others] = named;
  const all = [withFlags(first, values), ...others];
  const result: Endpoints = {};
  for (const option of all) {
    const settings = endpoint(option);
    if (option.target in result)
      throw new Error(`network ${JSON.stringify(option.target)} is specified multiple times`);
    if (named.length !== 1 || asksAnything(option)) result[option.target] = settings;
  }
  refuseMixture(named);
  return result;
}

function refuseMixture(named: readonly NetworkOption[]): void {
  const own = named.filter(({ target }) => isUserDefined(target)).length;
  if (own === 0 || own === named.length) return;
  throw new Error('conflicting options: cannot attach both user-defined and non-user-defined network-modes');
}

/** @throws Error when both ways ask for the same */
function withFlags(option: NetworkOption, values: Values): NetworkOption {
  const links = isUserDefined(option.target) ? values.link : [];
  return {
    ...option,
    aliases: either(option.aliases, values['network-alias'], '--network-alias and per-network alias'),
    links: links.length > 0 ? [...links] : option.links,
    ipv4: either(option.ipv4, values.ip, '--ip and per-network IPv4 address'),
    ipv6: either(option.ipv6, values.ip6, '--ip6 and per-network IPv6 address'),
    mac: either(option.mac, values['mac-address'], '--mac-address and per-network MAC address'),
    linkLocalIps: either(
      option.linkLocalIps,
      values['link-local-ip'],
      '--link-local-ip and per-network link-local IP addresses',
    ),
  };
}

function either<T extends string | readonly string[]>(own: T, flag: Readonly<T>, what: string): T {
  if (own.length > 0 && flag.length > 0) {
    throw new Error(`conflicting options: cannot specify both ${what}`);
  }
  return (flag.length > 0 ? (typeof flag === 'string' ? flag : [...flag]) : own) as T;
}

function asksAnything(option: NetworkOption): boolean {
  const { aliases, links, linkLocalIps, ipv4, ipv6, mac, driverOpts, priority } = option;
  const given = [aliases, links, linkLocalIps, ipv4, ipv6, mac, Object.keys(driverOpts)];
  return priority !== 0 || given.some((texts) => texts.length > 0);
}

function endpoint(option: NetworkOption): EndpointSettings {
  if (option.target.trim() === '') throw new Error('no name set for network');
  if (!isUserDefined(option.target)) {
    const only = 'are only supported for user-defined networks';
    if (option.aliases.length > 0) throw new Error(`network-scoped aliases ${only}`);
    if (option.links.length > 0) throw new Error(`links ${only}`);
  }
  if (option.mac !== '') checkMac(option.mac);
  return settings(option);
}

function settings(option: NetworkOption): EndpointSettings {
  return {
    IPAMConfig: addresses(option),
    Links: orNull(option.links),
    Aliases: orNull(option.aliases),
    MacAddress: option.mac,
    DriverOpts: Object.keys(option.driverOpts).length > 0 ? option.driverOpts : null,
    GwPriority: option.priority,
    NetworkID: '',
    EndpointID: '',
    Gateway: '',
    IPAddress: '',
    IPPrefixLen: 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    DNSNames: null,
  };
}

function addresses({
  ipv4,
  ipv6,
  linkLocalIps,
}: NetworkOption): NonNullable<EndpointSettings['IPAMConfig']> | null {
  if (ipv4 === '' && ipv6 === '' && linkLocalIps.length === 0) return null;
  return {
    ...(ipv4 === '' ? {} : { IPv4Address: ipv4 }),
    ...(ipv6 === '' ? {} : { IPv6Address: ipv6 }),
    ...(linkLocalIps.length === 0 ? {} : { LinkLocalIPs: linkLocalIps }),
  };
}

function orNull(items: string[]): string[] | null {
  return items.length > 0 ? items : null;
}
