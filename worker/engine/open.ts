import { applyChanges } from '../build/changes.ts';
import type { GitFetch } from '../build/git/http.ts';
import { ContextStore } from '../build/solve/context-store.ts';
import type { WakeResult } from '../protocol/agent.ts';
import type { ContentStore } from '../content/contentstore.ts';
import type { Agent } from '../protocol/agent-client.ts';
import { BuildCache } from './build/buildcache.ts';
import { CacheMountStore } from './build/cache-mount-store.ts';
import { systemClock } from './clock.ts';
import { ContainerStore } from './containers/store.ts';
import type { EngineContext, LayerMounts } from './context.ts';
import { Engine } from './engine.ts';
import { Events } from './events.ts';
import { Images } from './images/images.ts';
import type { LayerKeeper } from './images/layercollector.ts';
import { LayerSources } from './images/layersources.ts';
import type { LayerContent } from './images/layercontent.ts';
import type { PullListener } from './images/puller.ts';
import { Puller } from './images/puller.ts';
import { ImageStore } from './images/store.ts';
import { LogStore } from './logs/store.ts';
import type { ImageSource } from './images/source.ts';
import type { Registries } from '../registry/registries.ts';
import type { MetadataStore } from './metadata/store.ts';
import { Networks } from './networks/store.ts';
import { Processes } from './processes.ts';
import type { Resolver } from './spec/resolvconf.ts';
import { formatTime } from './time.ts';
import { Volumes } from './volumes/volumes.ts';

/** What the engine is made of. */
export interface EngineParts {
  readonly agent: Agent;
  /** What the agent answered to `wake`, and the hostname it was given there. */
  readonly machine: WakeResult & { readonly hostname: string };
  readonly metadata: MetadataStore;
  /** See `ServedLayers`. */
  readonly layers: LayerContent & LayerKeeper & LayerMounts;
  /** Where archives wait while their images are taken in. */
  readonly content: ContentStore;
  /** Where images are pulled from. */
  readonly source: ImageSource;
  /** Where images are pushed to; nothing where none can be reached. */
  readonly registries?: Registries | undefined;
  /** For containers' /etc/resolv.conf. */
  readonly resolver?: Resolver;
  readonly onPull?: PullListener;
  /** For git repositories that are built from; the platform's own `fetch` where none is given. */
  readonly gitFetch?: GitFetch | undefined;
}

/** Puts the engine together. Resolves when it knows the images of earlier visits; asks nothing of the agent. */
export async function openEngine(parts: EngineParts): Promise<Engine> {
  const clock = systemClock();
  const events = new Events(clock);
  const processes = new Processes(parts.agent);
  const resolver = parts.resolver ?? { nameservers: [], gateway: '172.17.0.1' };
  const [images, networks, buildCache, id] = await Promise.all([
    ImageStore.open(parts.metadata),
    Networks.open(parts.metadata, clock.now()),
    BuildCache.open(parts.metadata, clock, parts.layers),
    installationId(parts.metadata),
  ]);
  const context: EngineContext = {
    agent: parts.agent,
    buildCache,
    buildContexts: new ContextStore({
      content: parts.content,
      holds: parts.layers,
      records: parts.metadata,
      now: () => clock.now(),
      formatTime,
    }),
    cacheMounts: new CacheMountStore(parts.metadata, parts.layers),
    clock,
    events,
    processes,
    containers: new ContainerStore(),
    images,
    layers: parts.layers,
    layerSources: new LayerSources(parts.metadata),
    networks,
    logs: new LogStore(parts.agent),
    volumes: new Volumes({ agent: parts.agent, clock, events, processes }),
    machine: { ...parts.machine, resolver },
  };
  const puller = new Puller(context, parts.source, parts.layers, parts.onPull);
  images.onAdded(({ layers }) => parts.layers.named(layers));
  const { layers, content, source, registries } = parts;
  const imageParts = {
    puller,
    images: new Images(context, layers, content, applyChanges),
    layers,
    content,
    source,
    registries,
    applyChanges,
    gitFetch: parts.gitFetch,
  };
  return new Engine(context, imageParts, id);
}

const idKey = 'engine:id';

async function installationId(metadata: MetadataStore): Promise<string> {
  const known = await metadata.get(idKey);
  if (typeof known === 'string') return known;
  const id = crypto.randomUUID();
  await metadata.set(idKey, id);
  return id;
}
