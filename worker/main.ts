/** The web worker: everything behind the page. */
import { expose, transfer } from 'comlink';
import { type Bottleship, startBottleship } from './bottleship.ts';
import { type Configuration, configurationReader } from './configuration.ts';
import { WebLocks } from './content/weblocks.ts';
import { IndexedDbContentStore } from './content/indexeddbstore.ts';
import { OffloadingStore } from './content/offloadingstore.ts';
import { databases } from './databases.ts';
import { IndexedDbMetadataStore } from './engine/metadata/indexeddb.ts';
import { IndexedDbIndexCache } from './layers/indexcache.ts';
import { Registries } from './registry/registries.ts';
import { relayedFetch } from './registry/relayed-fetch.ts';
import { WorkAccess } from './work/access.ts';
import { removeWorkFolder, workHost } from './work/indexeddbhost.ts';
import { serveEngine } from './remote/engine.ts';
import { storageWorker } from './start-storage-worker.ts';
import type { BootOptions, MachineApi, MachineStatus, StorageStatus } from './protocol/page.ts';

/** The relay that the page's configuration names, or the one of the server that the page is from, if it has one. */
async function findRelay(
  base: string,
  configuration: () => Promise<Configuration>,
): Promise<string | undefined> {
  const { relay } = await configuration();
  if (relay !== undefined) return new URL(relay.replace(/\/?$/, '/'), base).href;
  const own = new URL('relay/', base).href;
  const answer = await fetch(own).catch(() => undefined);
  return answer?.status === 204 ? own : undefined;
}

class BrowserMachine implements MachineApi {
  #bottleship: Bottleship | undefined;

  async boot({ base }: BootOptions, onStatus: (status: MachineStatus) => void): Promise<void> {
    const fetchFile = (path: string, init?: RequestInit): Promise<Response> =>
      fetch(new URL(path, base), init);
    const configuration = configurationReader(fetchFile);
    const locks = new WebLocks();
    const relayed = relayedFetch({
      fetch: (url, init) => fetch(url, init),
      relay: () => findRelay(base, configuration),
    });
    this.#bottleship = await startBottleship({
      fetchFile,
      configuration,
      content: new OffloadingStore(new IndexedDbContentStore(databases.content, { locks }), {
        host: storageWorker(),
      }),
      locks,
      indexes: new IndexedDbIndexCache(databases.indexes),
      metadata: new IndexedDbMetadataStore(databases.metadata),
      work: workHost,
      onStatus,
      onKernelMessage: (line) => console.debug(line),
      registries: new Registries({ fetch: relayed }),
      gitFetch: relayed,
      warmUp: true,
    });
  }

  openTerminal: MachineApi['openTerminal'] = (size, output, exited) => {
    return this.#running().terminals.open(size, { output, exited });
  };

  write: MachineApi['write'] = (terminal, bytes) => this.#running().terminals.write(terminal, bytes);
  resize: MachineApi['resize'] = (terminal, size) => this.#running().terminals.resize(terminal, size);
  closeTerminal: MachineApi['closeTerminal'] = (terminal) => this.#running().terminals.close(terminal);

  openEngine(): object {
    const { port1, port2 } = new MessageChannel();
    serveEngine(this.#running().engine, port1);
    return transfer(port2, [port2]);
  }

  async storage(): Promise<StorageStatus> {
    const [{ usage = 0, quota = 0 }, persisted] = await Promise.all([
      navigator.storage.estimate(),
      navigator.storage.persisted(),
    ]);
    return { usage, quota, persisted };
  }

  openWork(): object {
    const { work, feed } = this.#running();
    const { port1, port2 } = new MessageChannel();
    expose(new WorkAccess(work, feed), port1);
    return transfer(port2, [port2]);
  }

  async wipe(): Promise<void> {
    await this.#bottleship?.machine.emulator.stop();
    await Promise.all([...Object.values(databases).map(deleteDatabase), removeWorkFolder()]);
  }

  #running(): Bottleship {
    if (!this.#bottleship) throw new Error('the machine is not running');
    return this.#bottleship;
  }
}

/** Resolves at once when no other tab has it open, and when it does as soon as that one is closed. */
function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.addEventListener('success', () => resolve());
    request.addEventListener('error', () =>
      reject(request.error ?? new Error(`${name} could not be deleted`)),
    );
    // Connections of our own are closed with the page, which reloads next; the deletion happens then.
    request.addEventListener('blocked', () => resolve());
  });
}

expose(new BrowserMachine());
