import type { Engine } from '../engine.ts';
import { Shell } from '../shell.ts';
import { createTerminalView } from './view.ts';
import type { TerminalView } from './view.ts';

export interface SessionEvents {
  started(): void;
  exited(): void;
  titled(title: string): void;
  linkFollowed(address: string): void;
}

const carriageReturn = 13;

/** What a full-screen program may have left behind: soft reset, main screen, no mouse, no bracketed paste, cursor. */
const restoreModes = '\x1b[!p\x1b[?1049l\x1b[?1000;1002;1003;1006;2004l\x1b[?25h';

/** A terminal and its shell: the shell is opened when the machine is there, and another one with Enter when it has ended. */
export class TerminalSession {
  readonly view: TerminalView;
  readonly #engine: Engine;
  readonly #events: SessionEvents;
  #shell: Shell | null = null;

  /** `booted` settles when shells can be opened, and never does when there will be no machine. */
  constructor(host: HTMLElement, engine: Engine, booted: Promise<void>, events: SessionEvents) {
    this.#engine = engine;
    this.#events = events;
    this.view = createTerminalView(host, {
      input: (bytes) => this.#input(bytes),
      resized: (size) => this.#shell?.resize(size),
      titled: (title) => events.titled(title),
      linkFollowed: (address) => events.linkFollowed(address),
    });
    void this.#run(booted);
  }

  close(): void {
    this.#shell?.close();
    this.view.dispose();
  }

  #input(bytes: Uint8Array): void {
    if (this.#shell) this.#shell.write(bytes);
    else if (bytes.at(-1) === carriageReturn) void this.#run();
  }

  async #run(booted?: Promise<void>): Promise<void> {
    const shell = new Shell();
    this.#shell = shell;
    this.#events.started();
    try {
      await booted;
      await shell.open(this.#engine, () => this.view.size, {
        output: (bytes) => this.view.write(bytes),
        exited: (code) => this.#ended(`The shell has ended with code ${code}.`),
      });
    } catch (error) {
      this.#ended(`No shell: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #ended(reason: string): void {
    this.#shell = null;
    void this.view.write(`${restoreModes}\r\n\x1b[90m${reason} Enter opens a new one.\x1b[0m\r\n`);
    this.#events.exited();
  }
}
