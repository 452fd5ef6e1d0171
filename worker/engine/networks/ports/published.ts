import type { PortMap } from '../../../protocol/engine-api.ts';
import type { FullConfig } from '../../containers/config.ts';
import type { FullHostConfig } from '../../containers/hostconfig.ts';
import { canonicalAddress } from './hostaddress.ts';
import { parseHostPort, type PortRange, splitPort } from './portspec.ts';

/** A container's port that is to be reached by way of the machine. */
export interface PortRequest {
  readonly protocol: string;
  readonly port: number;
  /** The machine's. */
  readonly addresses: readonly string[];
  /** The machine's ports to choose from; any when left open. */
  readonly wanted: PortRange | undefined;
}

/** One that is. */
export interface PublishedPort extends PortRequest {
  readonly hostPort: number;
}

type Asked = Pick<FullConfig, 'ExposedPorts'> & Pick<FullHostConfig, 'PortBindings' | 'PublishAllPorts'>;

/** In Docker's order: those that leave no choice come first. Only what is exposed is published. */
export function portRequests({ ExposedPorts, PortBindings, PublishAllPorts }: Asked): PortRequest[] {
  const requests = Object.keys(ExposedPorts ?? {}).flatMap((key) => {
    const { port, protocol } = splitPort(key);
    const bindings = PortBindings?.[key] ?? [];
    const all = bindings.length === 0 && PublishAllPorts ? [{ HostIp: '', HostPort: '' }] : bindings;
    return all.map(({ HostIp, HostPort }) => ({
      protocol,
      port: Number(port),
      addresses: hostAddresses(HostIp ?? ''),
      wanted: parseHostPort(HostPort ?? ''),
    }));
  });
  return requests.sort(byChoice);
}

/** What `NetworkSettings.Ports` shows: everything exposed, with where it is published. */
export function portMap(exposed: FullConfig['ExposedPorts'], published: readonly PublishedPort[]): PortMap {
  const keys = Object.keys(exposed ?? {}).sort();
  return Object.fromEntries(keys.map((key) => [key, bindingsOf(key, published)]));
}

function bindingsOf(key: string, published: readonly PublishedPort[]): PortMap[string] {
  const { port, protocol } = splitPort(key);
  const found = published.filter((one) => one.port === Number(port) && one.protocol === protocol);
  if (found.length === 0) return null;
  return found.flatMap(({ addresses, hostPort }) =>
    addresses.map((HostIp) => ({ HostIp, HostPort: String(hostPort) })),
  );
}

function hostAddresses(text: string): readonly string[] {
  const address = canonicalAddress(text);
  return address === undefined ? ['0.0.0.0', '::'] : [address];
}

function byChoice(one: PortRequest, other: PortRequest): number {
  return (
    Number(hasChoice(one)) - Number(hasChoice(other)) ||
    one.port - other.port ||
    (one.wanted?.first ?? 0) - (other.wanted?.first ?? 0)
  );
}

function hasChoice({ wanted }: PortRequest): boolean {
  return wanted === undefined || wanted.first !== wanted.last;
}
