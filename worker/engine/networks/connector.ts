import type { EndpointSpec, PublishSpec } from '../../protocol/agent.ts';
import type { Container } from '../containers/container.ts';
import type { EngineContext } from '../context.ts';
import { prefixed } from '../errors.ts';
import { randomId } from '../ids.ts';
import { requireCompatible } from './conflict.ts';
import { endpointSpecs } from './endpoints.ts';
import { parseMac } from './mac.ts';
import type { NetworkRecord } from './network.ts';
import { portMap, type PublishedPort } from './ports/published.ts';
import { Publisher, publishFailure, publishSpecs } from './ports/publisher.ts';
import type { Attachment, Endpoint, Place, Sandbox } from './sandbox.ts';

type ConnectorContext = Pick<EngineContext, 'events' | 'networks'>;

/** Gives containers their places on networks before they start, and takes them back when they have ended. */
export class Connector {
  readonly #context: ConnectorContext;
  readonly #publisher = new Publisher();

  constructor(context: ConnectorContext) {
    this.#context = context;
  }

  /** When it fails, what it has done so far is undone by `disconnect`. */
  connect(container: Container): Promise<void> {
    return prefixed('failed to set up container networking', () => this.#connect(container));
  }

  disconnect(container: Container): void {
    const { sandbox } = container;
    if (sandbox === undefined) return;
    container.sandbox = undefined;
    this.#publisher.release(sandbox.published);
    for (const [name, { place }] of Object.entries(sandbox.endpoints)) {
      const network = this.#context.networks.get(name);
      if (place !== undefined) network.segment?.addresses.release(place.address);
      this.#tell('disconnect', network, container);
    }
  }

  #connect(container: Container): void {
    const { config, hostConfig } = container;
    if (config.NetworkDisabled || hostConfig.NetworkMode.startsWith('container:')) return;
    const joined = Object.entries(container.networks).map(
      ([name, attachment]) => [this.#context.networks.get(name), attachment] as const,
    );
    const sandbox = newSandbox(joined.some(([{ driver }]) => driver === 'host'));
    container.sandbox = sandbox;
    for (const [network, attachment] of joined) {
      const others = Object.keys(container.networks).filter((name) => name !== network.name);
      requireCompatible(hostConfig.NetworkMode, network, others);
      const endpoint = join(network, attachment);
      sandbox.endpoints[network.name] = endpoint;
      attachment.networkId = network.id;
      if (endpoint.place !== undefined) this.#publish(container, sandbox, endpoint);
      this.#tell('connect', network, container);
    }
  }

  /** A container's ports are published once, whatever networks it is on. */
  #publish(container: Container, sandbox: Sandbox, endpoint: Endpoint): void {
    if (sandbox.published.length > 0) return;
    sandbox.published = this.#publisher.take(container, endpoint);
    sandbox.ports = portMap(container.config.ExposedPorts, sandbox.published);
  }

  #tell(action: 'connect' | 'disconnect', network: NetworkRecord, container: Container): void {
    const attributes = { container: container.id, name: network.name, type: network.driver };
    this.#context.events.publish('network', action, network.id, attributes);
  }
}

/** What the agent is told of a sandbox. */
export function sandboxSpec(sandbox: Sandbox | undefined): {
  endpoints?: EndpointSpec[];
  publish?: PublishSpec[];
} {
  if (sandbox === undefined) return {};
  const endpoints = endpointSpecs(sandbox);
  const publish = publishedOf(sandbox);
  return { ...(endpoints.length > 0 && { endpoints }), ...(publish.length > 0 && { publish }) };
}

/** What it means that the agent could not publish a port; undefined when that was not it. */
export function networkFailure(error: unknown, container: Container): Error | undefined {
  const { sandbox } = container;
  const endpoint = sandbox && publishingEndpoint(sandbox);
  return endpoint && publishFailure(error, container, endpoint, publishedOf(sandbox));
}

function publishedOf(sandbox: Sandbox): PublishSpec[] {
  const place = publishingEndpoint(sandbox)?.place;
  return place === undefined ? [] : publishSpecs(sandbox.published, place);
}

function publishingEndpoint({ endpoints }: Sandbox): Endpoint | undefined {
  return Object.values(endpoints).find(({ place }) => place !== undefined);
}

function newSandbox(isHost: boolean): Sandbox {
  const id = randomId();
  const key = `/var/run/docker/netns/${isHost ? 'default' : id.slice(0, 12)}`;
  const published: readonly PublishedPort[] = [];
  return { id, key, endpoints: {}, ports: {}, published };
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
