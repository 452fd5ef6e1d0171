import type { ContainerFiles, EndpointSpec } from '../../protocol/agent.ts';
import type { HostConfig } from '../../protocol/engine-api.ts';
import { resolvConf, type Resolver } from './resolvconf.ts';

/** https://github.com/moby/moby/blob/v28.5.2/libnetwork/etchosts/etchosts.go */
const commonHosts = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::\tip6-localnet',
  'ff00::\tip6-mcastprefix',
  'ff02::1\tip6-allnodes',
  'ff02::2\tip6-allrouters',
];

/** What a container is called. */
interface Names {
  readonly Hostname: string;
  readonly Domainname: string;
}

/** What is known of a container's networks. */
interface Neighbours {
  readonly endpoints?: readonly EndpointSpec[] | undefined;
  /** Lines about the containers it is linked to. */
  readonly linkHosts?: readonly string[] | undefined;
}

/** The files that the engine writes for a container. */
export function files(
  names: Names,
  host: HostConfig,
  resolver: Resolver,
  neighbours: Neighbours = {},
): ContainerFiles {
  return {
    hostname: `${names.Hostname}\n`,
    ...hosts(names, host, resolver, neighbours),
    resolvConf: lines(resolvConf(host, resolver)),
  };
}

/** A container on the machine's own network has the machine's file, unless it adds to it. */
function hosts(
  names: Names,
  host: HostConfig,
  resolver: Resolver,
  { endpoints = [], linkHosts = [] }: Neighbours,
): { hosts?: string } {
  const extra = (host.ExtraHosts ?? []).map((text) => extraHost(text, resolver));
  if (host.NetworkMode === 'host' && extra.length === 0) return {};
  const own = endpoints.map(({ address }) => `${address}\t${hostNames(names)}`);
  return { hosts: lines([...commonHosts, ...extra, ...linkHosts, ...own]) };
}

/** A name with a domain, in either field, comes with and without it. */
function hostNames({ Hostname, Domainname }: Names): string {
  const full = Domainname === '' ? Hostname : `${Hostname}.${Domainname}`;
  const dot = full.indexOf('.');
  return dot < 0 ? full : `${full} ${full.slice(0, dot)}`;
}

export function extraHost(text: string, { gateway }: Resolver): string {
  const colon = text.indexOf(':');
  const address = text.slice(colon + 1);
  return `${address === 'host-gateway' ? gateway : address}\t${text.slice(0, colon)}`;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
