import type { EndpointSettings, NetworkConnect, NetworkDisconnect } from '../../protocol/engine-api.ts';
import type { Container } from '../containers/container.ts';
import type { EngineContext } from '../context.ts';
import { internal, invalid, notFound, notImplemented } from '../errors.ts';
import { requireCompatible } from './conflict.ts';
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
    const network = this.#context.networks.find(text);
    const asked = EndpointConfig ?? {};
    if (network === undefined && container.state.running) throw notFound(`network ${text} not found`);
    if (network !== undefined) {
      validateEndpoint(network, asked);
      if (container.networks[network.name] !== undefined) return;
      requireCompatible(container.hostConfig.NetworkMode, network, Object.keys(container.networks));
    }
    if (container.state.running)
      throw notImplemented('connecting a running container to a network is not supported yet');
    add(container, network?.name ?? text, asked);
  }

  disconnect(text: string, { Container, Force }: NetworkDisconnect): void {
    const container = this.#context.containers.get(Container);
    const network = this.#context.networks.find(text);
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
}

function add(container: Container, name: string, asked: EndpointSettings): void {
  container.networks[name] = { asked, networkId: '' };
}
