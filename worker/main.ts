/** The web worker: everything behind the page. */
import { expose } from 'comlink';
import { type Bottleship, startBottleship } from './bottleship.ts';
import { IndexedDbContentStore } from './content/indexeddbstore.ts';
import { IndexedDbMetadataStore } from './engine/metadata/indexeddb.ts';
import { IndexedDbIndexCache } from './layers/indexcache.ts';
import type { BootOptions, MachineApi, MachineStatus } from './protocol/page.ts';

const databases = {
  content: 'bottleship-content',
  indexes: 'bottleship-indexes',
  metadata: 'bottleship-metadata',
} as const;

class BrowserMachine implements MachineApi {
  #bottleship: Bottleship | undefined;

  async boot({ base }: BootOptions, onStatus: (status: MachineStatus) => void): Promise<void> {
    this.#bottleship = await startBottleship({
      fetchFile: (path) => fetch(new URL(path, base)),
      content: new IndexedDbContentStore(databases.content),
      indexes: new IndexedDbIndexCache(databases.indexes),
      metadata: new IndexedDbMetadataStore(databases.metadata),
      onStatus,
      onKernelMessage: (line) => console.debug(line),
      warmUp: true,
    });
  }

  openTerminal: MachineApi['openTerminal'] = (size, output, exited) => {
    return this.#running().terminals.open(size, { output, exited });
  };

  write: MachineApi['write'] = (terminal, bytes) => this.#running().terminals.write(terminal, bytes);
  resize: MachineApi['resize'] = (terminal, size) => this.#running().terminals.resize(terminal, size);
  closeTerminal: MachineApi['closeTerminal'] = (terminal) => this.#running().terminals.close(terminal);

  async wipe(): Promise<void> {
    await this.#bottleship?.machine.emulator.stop();
    await Promise.all(Object.values(databases).map(deleteDatabase));
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
