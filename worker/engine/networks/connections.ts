import type { EndpointSettings, NetworkConnect, NetworkDisconnect } from '../../protocol/engine-api.ts';
import type { Container } from '../containers/container.ts';
import type { EngineContext } from '../context.ts';
import { internal, invalid, notFound, notImplemented } from '../errors.ts';
import type { NetworkRecord } from './network.ts';
import { validateEndpoint } from './validate.ts';

type ConnectionsContext = Pick<EngineContext, 'containers' | 'networks'>;

/** Changes the networks that a container is on. https://github.com/moby/moby/blob/v28.5.2/daemon/container_operations.go */
export class Connections {
  readonly #context: ConnectionsContext;

  constructor(context: ConnectionsContext) {
    this.#context = context;
  }

  /** A network that is not there yet may be by the next start. */
  connect(text: string, { Container, EndpointConfig }: NetworkConnect): void {
    const container = this.#context.containers.get(Container);
    const network = this.#find(text);
    const asked = EndpointConfig ?? {};
    if (network === undefined && container.state.running) throw notFound(`network ${text} not found`);
    if (network !== undefined) validateEndpoint(network.name, asked);
    if (network !== undefined && !this.#isNew(container, network)) return;
    if (container.state.running)
      throw notImplemented('connecting a running container to a network is not supported yet');
    add(container, network?.name ?? text, asked);
  }

  disconnect(text: string, { Container, Force }: NetworkDisconnect): void {
    const container = this.#context.containers.get(Container);
    const network = this.#find(text);
    const name = network?.name ?? text;
    if (container.state.running && network === undefined && !Force)
      throw notFound(`network ${text} not found`);
    if (container.state.running && name === 'host' && container.hostConfig.NetworkMode === 'host')
      throw invalid(
        'cannot disconnect container from host network - container was created in host network mode',
      );
    if (container.networks[name] === undefined)
      throw internal(`container ${container.id} is not connected to the network ${name}`);
    if (container.state.running)
      throw notImplemented('disconnecting a running container from a network is not supported yet');
    delete container.networks[name];
  }

  /** Whether the container may come to be on it; false when it is already. */
  #isNew({ networks, hostConfig }: Container, { name, driver }: NetworkRecord): boolean {
    if (driver === 'host' && hostConfig.NetworkMode !== 'host')
      throw invalid(
        'cannot connect container to host network - container must be created in host network mode',
      );
    if (networks[name] !== undefined) return false;
    const others = Object.keys(networks);
    if (driver === 'host' ? others.length > 0 : others.includes('host') || isJoined(hostConfig.NetworkMode))
      throw invalid(
        'container sharing network namespace with another container or host cannot be connected to any other network',
      );
    if (driver === 'null' ? others.length > 0 : others.includes('none'))
      throw invalid(
        'container cannot be connected to multiple networks with one of the networks in private (none) mode',
      );
    return true;
  }

  #find(text: string): NetworkRecord | undefined {
    try {
      return this.#context.networks.get(text);
    } catch {
      return undefined;
    }
  }
}

function isJoined(mode: string): boolean {
  return mode.startsWith('container:');
}

function add(container: Container, name: string, asked: EndpointSettings): void {
  container.networks[name] = { asked, networkId: '' };
}
