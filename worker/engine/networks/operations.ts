import type {
  Filters,
  Network,
  NetworkConnect,
  NetworkCreate,
  NetworkDisconnect,
} from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { forbidden, invalid, notFound, notImplemented } from '../errors.ts';
import { Connections } from './connections.ts';
import { networkFilter, validatePrune } from './filters.ts';
import { inspectNetwork, summarizeNetwork } from './inspect.ts';
import { isPredefined, type NetworkRecord } from './network.ts';

type OperationsContext = Pick<EngineContext, 'containers' | 'networks'>;

/** What the Engine API offers for networks. https://github.com/moby/moby/blob/v28.5.2/daemon/network.go */
export class NetworkOperations {
  readonly #context: OperationsContext;
  readonly #connections: Connections;

  constructor(context: OperationsContext) {
    this.#context = context;
    this.#connections = new Connections(context);
  }

  list(filters: Filters): Network[] {
    const containers = this.#context.containers.all();
    const isUsed = ({ name }: NetworkRecord): boolean =>
      containers.some(({ sandbox }) => sandbox?.endpoints[name] !== undefined);
    return this.#context.networks.all().filter(networkFilter(filters, isUsed)).map(summarizeNetwork);
  }

  inspect(text: string, scope = ''): Network {
    const network = this.#context.networks.get(text);
    if (scope !== '' && scope !== 'local') throw notFound(`network ${text} not found`);
    return inspectNetwork(network, this.#context.containers.all());
  }

  /** Networks of one's own are not made here yet. */
  create({ Name, Driver = '' }: NetworkCreate): never {
    if (Name.trim() === '') throw invalid('invalid name: name is empty');
    if (isPredefined(Name)) throw forbidden(`operation is not permitted on predefined ${Name} network `);
    if (Driver === 'host' || Driver === 'null')
      throw forbidden(`only one instance of ${JSON.stringify(Driver)} network is allowed`);
    if (!['', 'default', 'bridge', 'macvlan', 'ipvlan', 'overlay'].includes(Driver))
      throw notFound(`plugin ${JSON.stringify(Driver)} not found`);
    throw notImplemented('user-defined networks are not supported yet');
  }

  remove(text: string): never {
    const { name } = this.#context.networks.get(text);
    throw forbidden(`${name} is a pre-defined network and cannot be removed`);
  }

  connect(text: string, options: NetworkConnect): void {
    this.#connections.connect(text, options);
  }

  disconnect(text: string, options: NetworkDisconnect): void {
    this.#connections.disconnect(text, options);
  }

  /** The predefined networks always stay. */
  prune(filters: Filters): { NetworksDeleted: string[] | null } {
    validatePrune(filters);
    return { NetworksDeleted: null };
  }
}
