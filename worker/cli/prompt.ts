import { StatusError } from './errors.ts';
import type { ClientSession } from './session.ts';
import type { Printer } from './text.ts';
import { decodeText } from './text.ts';

/** Lines that are typed, one after the other. What comes behind a line is the next one's. */
export class Prompt {
  readonly #session: ClientSession;
  readonly #out: Printer;
  readonly #input: AsyncIterator<Uint8Array>;
  #ahead = '';

  constructor(session: ClientSession, out: Printer) {
    this.#session = session;
    this.#out = out;
    this.#input = session.stdin[Symbol.asyncIterator]();
  }

  /** A line that is shown as it is typed. */
  async line(question: string): Promise<string> {
    await this.#out.print(question);
    while (!this.#ahead.includes('\n')) {
      const more = await this.#read();
      if (more === undefined) break;
      this.#ahead += more;
    }
    const [line = '', ...rest] = this.#ahead.split('\n');
    this.#ahead = rest.join('\n');
    return line.trim();
  }

  /** A line that is not shown. Keys that edit a line do so, as those of the terminal would. */
  async secret(question: string): Promise<string> {
    await this.#session.setRaw(true);
    try {
      await this.#out.print(question);
      return await this.#untilEnter();
    } finally {
      await this.#session.setRaw(false);
      await this.#out.println();
    }
  }

  async #untilEnter(): Promise<string> {
    let text = '';
    for (;;) {
      const more = this.#ahead === '' ? await this.#read() : this.#ahead;
      this.#ahead = '';
      if (more === undefined) return text;
      for (const [at, key] of Array.from(more).entries()) {
        if (key === '\r' || key === '\n' || key === '\x04') {
          this.#ahead = Array.from(more)
            .slice(at + 1)
            .join('');
          return text;
        }
        // As when the terminal's Ctrl-C ends Docker's client.
        if (key === '\x03') throw new StatusError(0);
        text = edited(text, key);
      }
    }
  }

  async #read(): Promise<string | undefined> {
    const { done, value } = await this.#input.next();
    return done ? undefined : decodeText(value);
  }
}

function edited(text: string, key: string): string {
  if (key === '\x7f' || key === '\b') return Array.from(text).slice(0, -1).join('');
  return key === '\x15' ? '' : text + key;
}

/** All of standard input. */
export async function readAll({ stdin }: ClientSession): Promise<string> {
  const chunks: number[] = [];
  for await (const bytes of stdin) chunks.push(...bytes);
  return decodeText(Uint8Array.from(chunks));
}
