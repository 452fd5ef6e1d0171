import { runCommand } from './cli/command.ts';
import { serveRelay } from './cli/relay.ts';
import type { ContentStore } from './content/contentstore.ts';
import { openEngine } from './engine/open.ts';
import type { MetadataStore } from './engine/metadata/store.ts';
import type { IndexCache } from './layers/indexcache.ts';
import { LayersRoot } from './layers/layersroot.ts';
import { LayerStore } from './layers/layerstore.ts';
import { bootMachine, type Machine } from './machine/boot.ts';
import type { FetchFile } from './machine/image.ts';
import { NinepServer } from './ninep/server.ts';
import type { AgentStream } from './protocol/agent-client.ts';
import type { EngineApi } from './protocol/engine-api.ts';
import type { MachineStatus } from './protocol/page.ts';
import { ServedLayers } from './engine/layers.ts';
import { Terminals } from './terminals.ts';

/** What differs between a browser's worker and Node. */
export interface Platform {
  /** Fetches from the folder of static files: `machine/...`, `registry/...`. */
  fetchFile: FetchFile;
  content: ContentStore;
  indexes: IndexCache;
  metadata: MetadataStore;
  onStatus: (status: MachineStatus) => void;
  onKernelMessage?: (line: string) => void;
}

/** The product: a machine, the engine that drives it, and the `docker` command in it. */
export interface Bottleship {
  readonly machine: Machine;
  readonly engine: EngineApi;
  readonly terminals: Terminals;
}

const hostname = 'bottleship';

/** Puts everything together and boots. Rejects with a message for people. */
export async function startBottleship(platform: Platform): Promise<Bottleship> {
  const started = performance.now();
  const root = new LayersRoot();
  const ninep = new NinepServer(() => root);
  const machine = await bootMachine({
    fetchFile: (path) => platform.fetchFile(`machine/${path}`),
    handle9p: ninep.handle9p,
    hostname,
    onStatus: platform.onStatus,
    ...(platform.onKernelMessage ? { onKernelMessage: platform.onKernelMessage } : {}),
  });
  const layers = new ServedLayers(new LayerStore(platform.content, platform.indexes), platform.content, root);
  const engine = await openEngine({
    agent: machine.channel,
    machine: { ...machine.facts, hostname },
    metadata: platform.metadata,
    layers,
    fetchBlob: (path) => platform.fetchFile(`registry/${path}`),
    onPull: {
      progress: (image, received, total) => platform.onStatus({ phase: 'pulling', image, received, total }),
      ended: () => platform.onStatus({ phase: 'idle' }),
    },
  });
  serveCommands(machine, engine);
  machine.channel.on('trouble', ({ message }) => platform.onStatus({ phase: 'failed', message }));
  const seconds = (performance.now() - started) / 1000;
  platform.onStatus({ phase: 'ready', seconds, cold: machine.coldBoot !== undefined });
  return { machine, engine, terminals: new Terminals(machine.channel) };
}

/** Every `docker` program in the guest is a connection to the agent's socket, and a command here. */
function serveCommands({ channel }: Machine, engine: EngineApi): void {
  channel.on('connected', ({ stream }) => {
    const connection = channel.acceptStream(stream);
    void serveRelay(relayStream(connection), (session) => runCommand(engine, session));
  });
}

function relayStream(stream: AgentStream): Parameters<typeof serveRelay>[0] {
  return {
    input: stream.output,
    output: { write: (bytes) => stream.write(bytes), close: () => stream.end() },
  };
}
