import { proxy, wrap } from 'comlink';
import type { Remote } from 'comlink';
import type { TerminalSize } from '../worker/protocol/agent.ts';
import type { MachineApi, MachineStatus } from '../worker/protocol/page.ts';

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
  wipe(): Promise<void>;
}

export function connectEngine(worker: Worker): Engine {
  const api = wrap<MachineApi>(worker);
  return {
    boot: (onStatus) => bootMachine(api, worker, onStatus),
    openTerminal: (size, events) => openLine(api, size, events),
    wipe: () => api.wipe(),
  };
}

function bootMachine(
  api: Remote<MachineApi>,
  worker: Worker,
  onStatus: (status: MachineStatus) => void,
): Promise<void> {
  const base = new URL('./', document.baseURI).href;
  const load = watchLoading(worker);
  const report = (status: MachineStatus) => {
    load.done();
    onStatus(status);
  };
  return Promise.race([api.boot({ base }, proxy(report)), load.failure]);
}

/** A worker that cannot be loaded answers no call: it only fires an error, before anything else is heard of it. */
function watchLoading(worker: Worker): { failure: Promise<never>; done: () => void } {
  const loading = new AbortController();
  const failure = new Promise<never>((_, reject) => {
    const fail = (event: ErrorEvent) =>
      reject(new Error(event.message || "The machine's program could not be loaded."));
    worker.addEventListener('error', fail, { signal: loading.signal });
  });
  return { failure, done: () => loading.abort() };
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
