import { Activity } from './idle/activity.ts';
import { serveApi } from './api/serve.ts';
import { apiConnection } from './api-connection.ts';
import { runCommand } from './cli/command.ts';
import { serveRelay } from './cli/relay.ts';
import type { ClientSession } from './cli/session.ts';
import type { Locks } from './content/locks.ts';
import type { ContentStore } from './content/contentstore.ts';
import type { Configuration } from './configuration.ts';
import type { Engine } from './engine/engine.ts';
import { openEngine } from './engine/open.ts';
import type { MetadataStore } from './engine/metadata/store.ts';
import type { IndexCache } from './layers/indexcache.ts';
import { LayersRoot } from './layers/layersroot.ts';
import { LayerStore } from './layers/layerstore.ts';
import { bootMachine, type Machine } from './machine/boot.ts';
import type { FetchFile } from './machine/image.ts';
import { StoredAgent } from './machine/storage.ts';
import { NinepServer } from './ninep/server.ts';
import type { AgentStream } from './protocol/agent-client.ts';
import type { EngineApi } from './protocol/engine-api.ts';
import type { NearFiles } from './protocol/near-files.ts';
import type { Registries } from './registry/registries.ts';
import type { MachineStatus } from './protocol/page.ts';
import { ServedLayers } from './engine/layers.ts';
import { imageSources } from './imagesources.ts';
import { NearWork } from './work/near.ts';
import { WorkTree } from './work/tree.ts';
import type { FolderHost } from './work/tree.ts';
import { WorkFeed } from './work/feed.ts';
import { Terminals } from './terminals.ts';
import { SpareAgent } from './idle/spare-agent.ts';
import { warmUp } from './idle/warmup.ts';

/** What differs between a browser's worker and Node. */
export interface Platform {
  /** Fetches from the folder of static files: `machine/...`, `registry/...`; an address of another site as it is. */
  fetchFile: FetchFile;
  /** What the page's config.json says. */
  configuration: () => Promise<Configuration>;
  content: ContentStore;
  /** Between all who have the same stores; none where nobody else has. */
  locks?: Locks;
  indexes: IndexCache;
  metadata: MetadataStore;
  /** What is behind /root/work; without it its files are in memory alone. */
  work?: () => Promise<FolderHost>;
  onStatus: (status: MachineStatus) => void;
  onKernelMessage?: (line: string) => void;
  /** For git repositories that are built from; the platform's own `fetch` where none is given. */
  gitFetch?: (url: string, init?: RequestInit) => Promise<Response>;
  /** Registries that can be reached from here. */
  registries?: Registries;
  /** Whether time in which nobody types is used to make the first commands quicker. */
  warmUp?: boolean;
}

/** The product: a machine, the engine that drives it, and the `docker` command in it. */
export interface Bottleship {
  readonly machine: Machine;
  readonly engine: EngineApi;
  readonly terminals: Terminals;
  /** The folders that people work in, and what happens there. */
  readonly work: WorkTree;
  readonly feed: WorkFeed;
}

/** A frame or a private window may have no files of its own. */
async function hostOfWork({ work }: Platform): Promise<FolderHost> {
  return (await work?.().catch(() => undefined)) ?? {};
}

const hostname = 'bottleship';

/** Milliseconds to wait for a terminal before the storage is mounted without one. */
const patience = 500;

/** Milliseconds without anybody at work before what is left over is tidied up. */
const idle = 2000;

/** Puts everything together and boots. Rejects with a message for people. */
export async function startBottleship(platform: Platform): Promise<Bottleship> {
  const started = performance.now();
  // Opens the database while the machine is on its way.
  platform.metadata.get('engine:id').catch(() => undefined);
  const root = new LayersRoot();
  const ninep = new NinepServer(() => root);
  const feed = new WorkFeed();
  const work = new WorkTree(await hostOfWork(platform), feed.events);
  const work9p = new NinepServer(() => work.attach());
  const machine = await bootMachine({
    fetchFile: (path) => platform.fetchFile(`machine/${path}`),
    handle9p: ninep.handle9p,
    handleWork9p: work9p.handle9p,
    hostname,
    onStatus: platform.onStatus,
    ...(platform.onKernelMessage ? { onKernelMessage: platform.onKernelMessage } : {}),
  });
  const agent = new StoredAgent(machine.channel);
  const activity = new Activity();
  const terminals = new Terminals(machine.channel, activity);
  const layers = new ServedLayers(
    new LayerStore(platform.content, platform.indexes, async () => (await platform.configuration()).limits),
    platform.content,
    root,
    platform.locks,
  );
  const engine = await openEngine({
    agent: new SpareAgent(agent, activity),
    machine: { ...machine.facts, hostname },
    metadata: platform.metadata,
    layers,
    content: platform.content,
    source: imageSources(platform),
    registries: platform.registries,
    gitFetch: platform.gitFetch,
    onPull: {
      progress: (image, received, total) => platform.onStatus({ phase: 'pulling', image, received, total }),
      ended: () => platform.onStatus({ phase: 'idle' }),
    },
  });
  serveGuest(machine, engine, activity, new NearWork(work));
  machine.channel.on('trouble', ({ message }) => platform.onStatus({ phase: 'failed', message }));
  const seconds = (performance.now() - started) / 1000;
  platform.onStatus({ phase: 'ready', seconds, cold: machine.coldBoot !== undefined });
  await layers.ensure([]);
  mountInTime(agent, terminals, activity, platform).catch(() => undefined);
  tidy(platform, engine, activity).catch(() => undefined);
  return { machine, engine, terminals, work, feed };
}

/** The first prompt comes first, then the storage, then what makes the first commands quicker. */
async function mountInTime(
  agent: StoredAgent,
  terminals: Terminals,
  activity: Activity,
  platform: Platform,
): Promise<void> {
  await Promise.race([terminals.firstOutput, new Promise((resolve) => setTimeout(resolve, patience))]);
  try {
    await agent.mount();
  } catch (error) {
    const message = `The machine's disk cannot be used: ${error instanceof Error ? error.message : String(error)}`;
    return platform.onStatus({ phase: 'failed', message });
  }
  if (platform.warmUp) await warmUp(agent, activity);
}

/** What earlier visits have left behind goes when there is time. */
async function tidy({ content }: Platform, engine: Engine, activity: Activity): Promise<void> {
  await activity.quiet(idle);
  await content.sweep();
  await engine.sweep();
}

/**
 * Every `docker` program in the guest is a connection to one of the agent's sockets, and a command here. The other
 * socket, /var/run/docker.sock, is the Engine API's.
 */
function serveGuest({ channel }: Machine, engine: EngineApi, activity: Activity, near: NearFiles): void {
  const command = (session: ClientSession) => runCommand(engine, session);
  channel.on('connected', ({ listener, stream }) => {
    const connection = channel.acceptStream(stream);
    if (listener === 'api') {
      activity.touch();
      void serveApi(engine, apiConnection(connection));
      return;
    }
    void activity.during(serveRelay(relayStream(connection), command, near));
  });
}

function relayStream(stream: AgentStream): Parameters<typeof serveRelay>[0] {
  return {
    input: stream.output,
    output: { write: (bytes) => stream.write(bytes), close: () => stream.end() },
  };
}
