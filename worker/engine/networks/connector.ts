import type { Container } from '../containers/container.ts';
import type { EngineContext } from '../context.ts';
import { prefixed } from '../errors.ts';
import { randomId } from '../ids.ts';
import type { NetworkRecord } from './network.ts';
import { parseMac } from './mac.ts';
import type { Attachment, Endpoint, Place } from './sandbox.ts';

type ConnectorContext = Pick<EngineContext, 'events' | 'networks'>;

/** Gives containers their places on networks before they start, and takes them back when they have ended. */
export class Connector {
  readonly #context: ConnectorContext;

  constructor(context: ConnectorContext) {
    this.#context = context;
  }

  /** Nothing is kept of it when it fails. */
  connect(container: Container): Promise<void> {
    return prefixed('failed to set up container networking', () => this.#connect(container));
  }

  disconnect(container: Container): void {
    const { sandbox } = container;
    if (sandbox === undefined) return;
    container.sandbox = undefined;
    for (const [name, endpoint] of Object.entries(sandbox.endpoints)) {
      const network = this.#context.networks.get(name);
      if (endpoint.place !== undefined) network.segment?.addresses.release(endpoint.place.address);
      this.#publish('disconnect', network, container);
    }
  }

  #connect(container: Container): void {
    if (container.hostConfig.NetworkMode.startsWith('container:')) return;
    const joined = Object.entries(container.networks).map(
      ([name, attachment]) => [this.#context.networks.get(name), attachment] as const,
    );
    const id = randomId();
    const endpoints: Record<string, Endpoint> = {};
    container.sandbox = { id, key: sandboxKey(id, joined), endpoints, ports: {} };
    for (const [network, attachment] of joined) {
      endpoints[network.name] = join(network, attachment);
      attachment.networkId = network.id;
      this.#publish('connect', network, container);
    }
  }

  #publish(action: 'connect' | 'disconnect', network: NetworkRecord, container: Container): void {
    const attributes = { container: container.id, name: network.name, type: network.driver };
    this.#context.events.publish('network', action, network.id, attributes);
  }
}

function sandboxKey(id: string, joined: readonly (readonly [NetworkRecord, Attachment])[]): string {
  const isHost = joined.some(([{ driver }]) => driver === 'host');
  return `/var/run/docker/netns/${isHost ? 'default' : id.slice(0, 12)}`;
}

function join(network: NetworkRecord, { asked }: Attachment): Endpoint {
  const id = randomId();
  const place = placeOn(network, id, asked.MacAddress ?? '');
  return { id, networkId: network.id, ...(place !== undefined && { place }) };
}

function placeOn({ segment }: NetworkRecord, id: string, mac: string): Place | undefined {
  if (segment === undefined) return undefined;
  const { addresses, bridge, gateway } = segment;
  const address = addresses.take();
  return {
    bridge,
    port: `veth${id.slice(0, 7)}`,
    address,
    prefix: addresses.prefix,
    gateway,
    mac: parseMac(mac) ?? addresses.macOf(address),
  };
}
