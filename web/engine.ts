import { proxy, wrap } from 'comlink';
import type { Remote } from 'comlink';
import type { TerminalSize } from '../worker/protocol/agent.ts';
import type { EngineApi } from '../worker/protocol/engine-api.ts';
import { remoteEngine } from '../worker/remote/engine.ts';
import type { MachineApi, MachineStatus, StorageStatus } from '../worker/protocol/page.ts';
import type { WorkApi } from '../worker/protocol/work.ts';

export interface TerminalEvents {
  /** Resolves when the bytes have been taken in: the machine sends no more than a window's worth before. */
  output(bytes: Uint8Array): Promise<void>;
  exited(code: number): void;
}

/** A shell's terminal line. Calls after its end do nothing. */
export interface TerminalLine {
  write(bytes: Uint8Array): void;
  resize(size: TerminalSize): void;
  close(): void;
}

/** The machine as the page sees it. */
export interface Engine {
  /** Once. Rejects with an error whose message is for people. */
  boot(onStatus: (status: MachineStatus) => void): Promise<void>;
  /** A login shell of its own; after `boot` only. */
  openTerminal(size: TerminalSize, events: TerminalEvents): Promise<TerminalLine>;
  /** The Engine API, for whatever the page shows of containers; after `boot` only. */
  api(): Promise<EngineApi>;
  /** What is kept in the browser. */
  storage(): Promise<StorageStatus>;
  /** The folders below /root/work; after `boot` only. */
  work(): Promise<WorkApi>;
  wipe(): Promise<void>;
}

/** `failure` is the reason why nothing may ever be heard of the worker. */
export function connectEngine(worker: Worker, failure: Promise<string>): Engine {
  const api = wrap<MachineApi>(worker);
  return {
    boot: (onStatus) => bootMachine(api, failure, onStatus),
    openTerminal: (size, events) => openLine(api, size, events),
    api: async () => remoteEngine((await api.openEngine()) as MessagePort),
    storage: () => api.storage(),
    work: async () => workOf(wrap<WorkApi>((await api.openWork()) as MessagePort)),
    wipe: () => api.wipe(),
  };
}

/** Functions are handed over as proxies. */
function workOf(remote: Remote<WorkApi>): WorkApi {
  return {
    open: (folder) => remote.open(folder),
    close: (name) => remote.close(name),
    opened: () => remote.opened(),
    list: (path) => remote.list(path),
    read: (path) => remote.read(path),
    write: (path, bytes) => remote.write(path, bytes),
    mkdir: (path) => remote.mkdir(path),
    remove: (path) => remote.remove(path),
    rename: (path, to) => remote.rename(path, to),
    watch: (changed) => remote.watch(proxy(changed)),
  };
}

async function bootMachine(
  api: Remote<MachineApi>,
  failure: Promise<string>,
  onStatus: (status: MachineStatus) => void,
): Promise<void> {
  let isHeard = false;
  const report = (status: MachineStatus) => {
    isHeard = true;
    onStatus(status);
  };
  const base = new URL('./', document.baseURI).href;
  const booted = api.boot({ base }, proxy(report));
  const reason = await Promise.race([booted, failure]);
  // A worker that has spoken lives; its later errors are no reason to give the machine up.
  if (reason !== undefined && !isHeard) throw new Error(reason);
  await booted;
}

async function openLine(
  api: Remote<MachineApi>,
  size: TerminalSize,
  events: TerminalEvents,
): Promise<TerminalLine> {
  const id = await api.openTerminal(
    size,
    proxy((bytes: Uint8Array) => events.output(bytes)),
    proxy((code: number) => events.exited(code)),
  );
  return {
    write: (bytes) => void api.write(id, bytes),
    resize: (size) => void api.resize(id, size),
    close: () => void api.closeTerminal(id),
  };
}
