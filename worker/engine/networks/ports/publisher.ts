import type { PublishSpec } from '../../../protocol/agent.ts';
import { AgentError } from '../../../protocol/agent-client.ts';
import type { Container } from '../../containers/container.ts';
import { internal } from '../../errors.ts';
import type { Endpoint, Place } from '../sandbox.ts';
import { addressBytes } from './hostaddress.ts';
import { PortAllocator } from './portallocator.ts';
import { portRequests, type PublishedPort } from './published.ts';

/** Publishes containers' ports on the machine; the agent carries what comes there. */
export class Publisher {
  readonly #allocator = new PortAllocator();

  /** Takes the ports that the container asks for, all of them or none. */
  take({ name, config, hostConfig }: Container, endpoint: Endpoint): PublishedPort[] {
    const taken: PublishedPort[] = [];
    try {
      for (const request of portRequests({ ...config, ...hostConfig })) {
        const { protocol, addresses, wanted } = request;
        const hostPort = this.#allocator.allocate(protocol, addresses, wanted);
        taken.push({ ...request, hostPort });
        requireCarried(protocol, addresses, hostPort);
      }
      return taken;
    } catch (error) {
      this.release(taken);
      throw internal(`${failed(name, endpoint.id)}: ${(error as Error).message}`);
    }
  }

  release(ports: readonly PublishedPort[]): void {
    for (const { protocol, addresses, hostPort } of ports)
      this.#allocator.release(protocol, addresses, hostPort);
  }
}

/** What the agent is told. */
export function publishSpecs(ports: readonly PublishedPort[], { address }: Place): PublishSpec[] {
  return ports.flatMap(({ protocol, port, addresses, hostPort }) =>
    addresses.map((host) => ({
      protocol: protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
      host: addressBytes(host) ?? [0, 0, 0, 0],
      port: hostPort,
      address,
      target: port,
    })),
  );
}

/** What it means that the agent could not do it; the step's number says which of the above it was. */
export function publishFailure(
  error: unknown,
  { name }: Container,
  endpoint: Endpoint,
  specs: readonly PublishSpec[],
): Error | undefined {
  if (!(error instanceof AgentError)) return undefined;
  const { step, code } = error.failure;
  const spec = step.startsWith('publish ') ? specs[Number(step.slice('publish '.length))] : undefined;
  if (spec === undefined) return undefined;
  const { host, port, address, target, protocol } = spec;
  const from = host.length === 4 ? `${host.join('.')}:${port}` : `[${v6Text(host)}]:${port}`;
  return internal(
    `failed to set up container networking: ${failed(name, endpoint.id)}: failed to bind host port for ${from}:${address}:${target}/${protocol}: ${reasons[code] ?? code}`,
  );
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EAFNOSUPPORT: 'address family not supported by protocol',
};

function failed(name: string, endpoint: string): string {
  return `driver failed programming external connectivity on endpoint ${name} (${endpoint})`;
}

/** As Docker fares without the kernel's SCTP. */
function requireCarried(protocol: string, [address = '']: readonly string[], port: number): void {
  if (protocol === 'tcp' || protocol === 'udp') return;
  const host = address.includes(':') ? `[${address}]` : address;
  throw internal(
    `error starting userland proxy: failed to listen on ${host}:${port}: protocol not supported`,
  );
}

function v6Text(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}
