import type { TerminalSize } from '../../worker/protocol/agent.ts';
import type { Terminals } from '../../worker/terminals.ts';

/** A limit, not a wait. */
const patience = 90_000;
/** What the shell's line editor says to the terminal itself: where is the cursor, clear to the end. */
const controlSequence = /\x1b\[[0-9;?]*[A-Za-z]/g;
const partialSequence = /\x1b(\[[0-9;?]*)?$/;
const encoder = new TextEncoder();

export const key = { ctrlC: '\x03', ctrlD: '\x04', ctrlZ: '\x1a', ctrlP: '\x10', ctrlQ: '\x11', enter: '\r' };

/** A terminal of the machine with a tiny `expect`: types, waits for text, and goes on behind it. */
export class TestTerminal {
  readonly exited: Promise<number>;
  readonly #terminals: Terminals;
  readonly #decoder = new TextDecoder();
  #id = 0;
  #text = '';
  #partial = '';
  #seen = 0;
  #arrived: () => void = () => undefined;
  #exit!: (code: number) => void;

  private constructor(terminals: Terminals) {
    this.#terminals = terminals;
    this.exited = new Promise((resolve) => (this.#exit = resolve));
  }

  static async open(
    terminals: Terminals,
    size: TerminalSize = { rows: 24, cols: 80 },
    args?: readonly string[],
  ): Promise<TestTerminal> {
    const terminal = new TestTerminal(terminals);
    const listener = {
      output: (bytes: Uint8Array) => terminal.#output(bytes),
      exited: (code: number) => terminal.#exit(code),
    };
    terminal.#id = await terminals.open(size, listener, args);
    return terminal;
  }

  /** Everything that came so far, without control sequences. */
  get text(): string {
    return this.#text;
  }

  /** What came since the last match. */
  get rest(): string {
    return this.#text.slice(this.#seen);
  }

  type(text: string): void {
    this.#terminals.write(this.#id, encoder.encode(text));
  }

  line(text: string): void {
    this.type(text + key.enter);
  }

  resize(size: TerminalSize): void {
    this.#terminals.resize(this.#id, size);
  }

  hangUp(): void {
    this.#terminals.close(this.#id);
  }

  /** Waits for a text behind the last match. @returns the match; rejects with what was there instead */
  async expect(wanted: string | RegExp): Promise<RegExpExecArray> {
    const pattern = typeof wanted === 'string' ? new RegExp(literal(wanted)) : wanted;
    const limit = Date.now() + patience;
    for (;;) {
      const match = pattern.exec(this.rest);
      if (match) {
        this.#seen += match.index + match[0].length;
        return match;
      }
      if (!(await this.#more(limit - Date.now())))
        throw new Error(
          `${String(pattern)} did not come; since the last match there is ${JSON.stringify(this.rest.slice(-2000))}`,
        );
    }
  }

  /** Types a line, whose echo is not taken for its output: waits for the echo's end first. */
  async run(line: string, wanted: string | RegExp): Promise<RegExpExecArray> {
    this.line(line);
    await this.expect(/\n/);
    return this.expect(wanted);
  }

  prompt(): Promise<RegExpExecArray> {
    return this.expect(/root@bottleship:[^\r\n]*# $/);
  }

  #output(bytes: Uint8Array): void {
    const text = this.#partial + this.#decoder.decode(bytes, { stream: true });
    this.#partial = partialSequence.exec(text)?.[0] ?? '';
    this.#text += text.slice(0, text.length - this.#partial.length).replaceAll(controlSequence, '');
    this.#arrived();
  }

  #more(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.max(0, milliseconds));
      this.#arrived = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
