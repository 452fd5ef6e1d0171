/** What the page knows of the worker: contracts over comlink, no behaviour. */
import type { TerminalSize } from './agent.ts';

/** Exposed by the worker with comlink. */
export interface MachineApi {
  /**
   * Boots the machine. Resolves when the agent has answered; rejects with a message for people when no machine can be had.
   * `onStatus` is a comlink proxy, called in order, now and for as long as the worker lives.
   */
  boot(options: BootOptions, onStatus: (status: MachineStatus) => void): Promise<void>;
  /**
   * A login shell on a terminal of its own. Output goes to `onOutput` in order; each call is awaited before more than
   * a window's worth is sent, so a slow page slows the program down and not the machine. `onExit` is called last, after
   * what every `onOutput` returned has resolved.
   */
  openTerminal(
    size: TerminalSize,
    onOutput: (bytes: Uint8Array) => Promise<void> | void,
    onExit: (code: number) => void,
  ): Promise<number>;
  /** Keys and pastes, in order; not awaited by the page. */
  write(terminal: number, bytes: Uint8Array): void;
  resize(terminal: number, size: TerminalSize): void;
  /** Hangs the terminal up. */
  closeTerminal(terminal: number): void;
  /** A MessagePort that serves the Engine API, as `worker/remote` speaks it; after `boot` only. */
  openEngine(): object;
  /** What is kept in the browser, by its own account; no part of a pull that is still under way can be told from it. */
  storage(): Promise<StorageStatus>;
  /** A MessagePort of a `WorkApi`, for the folders below /root/work; after `boot` only. */
  openWork(): object;
  /** Throws away everything that is kept: images, machine, settings of the engine. The page reloads afterwards. */
  wipe(): Promise<void>;
}

/** Bytes, which browsers round and pad as they please. */
export interface StorageStatus {
  usage: number;
  /** What the page may use in all. */
  quota: number;
  /** Whether the browser has promised not to throw it away by itself; the page asks for it, as only pages can. */
  persisted: boolean;
}

export interface BootOptions {
  /** Absolute URL of the folder of static files, ending in a slash. */
  base: string;
}

export type MachineStatus =
  | { phase: 'fetching'; received: number; total: number }
  | { phase: 'restoring' }
  /** Restoring failed (`reason`), the kernel is booted instead. */
  | { phase: 'booting'; reason: string }
  | { phase: 'ready'; /** Seconds since `boot` was called. */ seconds: number; cold: boolean }
  | { phase: 'pulling'; image: string; received: number; total: number }
  | { phase: 'idle' }
  | { phase: 'failed'; message: string };
