import type { ContextStore } from '../build/solve/context-store.ts';
import type { LayerIndex } from '../layers/layerindex.ts';
import type { Layer } from '../layers/layertree.ts';
import type { DiffId } from '../oci/diffid.ts';
import type { WakeResult } from '../protocol/agent.ts';
import type { Agent } from '../protocol/agent-client.ts';
import type { BuildCache } from './build/buildcache.ts';
import type { CacheMountStore } from './build/cache-mount-store.ts';
import type { Clock } from './clock.ts';
import type { ContainerStore } from './containers/store.ts';
import type { Events } from './events.ts';
import type { LayerSources } from './images/layersources.ts';
import type { Networks } from './networks/store.ts';
import type { ImageStore } from './images/store.ts';
import type { LogStore } from './logs/store.ts';
import type { Volumes } from './volumes/volumes.ts';
import type { Processes } from './processes.ts';
import type { Resolver } from './spec/resolvconf.ts';

/** What the engine's services share. Each takes the members it needs. */
export interface EngineContext {
  readonly agent: Agent;
  readonly buildCache: BuildCache;
  readonly buildContexts: ContextStore;
  readonly cacheMounts: CacheMountStore;
  readonly clock: Clock;
  readonly events: Events;
  readonly processes: Processes;
  readonly containers: ContainerStore;
  readonly images: ImageStore;
  readonly layers: LayerMounts;
  readonly layerSources: LayerSources;
  readonly networks: Networks;
  readonly logs: LogStore;
  readonly volumes: Volumes;
  readonly machine: MachineFacts;
}

/** Makes layers readable for the guest. */
export interface LayerMounts {
  /**
   * Serves the layers of an image, whose content must be in the content store, and gives the names of their directories
   * on the guest's 9P mount, the lowest first: a base layer of our own, then the image's in their order. A layer that is served already costs nothing.
   */
  ensure(diffIds: readonly DiffId[]): Promise<string[]>;
  /** The same for a command of a build, whose base layer has less in it. */
  ensureForBuild(diffIds: readonly DiffId[]): Promise<string[]>;
  /** The same without the base layer, for a file system of nothing else; an empty one is below, so that there are two. */
  alone(diffIds: readonly DiffId[]): Promise<string[]>;
  /** Serves the files of a tar, which is kept in memory, until they are released. */
  serve(tar: Uint8Array): { readonly name: string; readonly release: () => void };
  /** The same layers, to be looked at here. */
  indexes(diffIds: readonly DiffId[]): Promise<LayerIndex[]>;
  /** The image's layers alone, to be read here. */
  open(diffIds: readonly DiffId[]): Promise<Layer[]>;
}

/** What is known of the machine the engine drives. */
export interface MachineFacts extends WakeResult {
  readonly hostname: string;
  readonly resolver: Resolver;
}
