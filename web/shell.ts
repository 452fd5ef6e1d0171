import type { TerminalSize } from '../worker/protocol/agent.ts';
import type { Engine, TerminalEvents, TerminalLine } from './engine.ts';

/** One run of a login shell. What is typed before it has been opened is kept for it. */
export class Shell {
  #line: TerminalLine | undefined;
  #typed: Uint8Array[] = [];
  #over = false;

  /** Resolves when keys reach the shell; rejects when there will be none. */
  async open(engine: Engine, size: () => TerminalSize, events: TerminalEvents): Promise<void> {
    const asked = size();
    const line = await engine.openTerminal(asked, {
      output: (bytes) => events.output(bytes),
      exited: (code) => this.#exit(code, events),
    });
    if (this.#over) line.close();
    else this.#start(line, asked, size());
  }

  write(bytes: Uint8Array): void {
    if (this.#line) this.#line.write(bytes);
    else this.#typed.push(bytes);
  }

  resize(size: TerminalSize): void {
    this.#line?.resize(size);
  }

  /** Hangs up. */
  close(): void {
    this.#over = true;
    this.#line?.close();
  }

  #start(line: TerminalLine, asked: TerminalSize, now: TerminalSize): void {
    this.#line = line;
    if (asked.rows !== now.rows || asked.cols !== now.cols) line.resize(now);
    for (const bytes of this.#typed) line.write(bytes);
    this.#typed = [];
  }

  #exit(code: number, events: TerminalEvents): void {
    if (this.#over) return;
    this.#over = true;
    events.exited(code);
  }
}
