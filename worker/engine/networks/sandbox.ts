import type { EndpointSettings, PortMap } from '../../protocol/engine-api.ts';
import type { PublishedPort } from './ports/published.ts';

/** A container's place on a network, as it was asked for; it outlives the runs. */
export interface Attachment {
  readonly asked: EndpointSettings;
  /** Empty before the first run. */
  networkId: string;
}

/** What a container has of networks while it runs. */
export interface Sandbox {
  readonly id: string;
  /** Where Docker would have its network namespace. */
  readonly key: string;
  /** By the network's name. */
  readonly endpoints: Record<string, Endpoint>;
  /** Exposed and published. */
  ports: PortMap;
  published: readonly PublishedPort[];
}

export interface Endpoint {
  readonly id: string;
  readonly networkId: string;
  /** On a bridge. */
  readonly place?: Place;
}

export interface Place {
  /** The bridge's device, and the name of the endpoint's port on it. */
  readonly bridge: string;
  readonly port: string;
  readonly address: string;
  readonly prefix: number;
  readonly gateway: string;
  readonly mac: string;
}
