import type { AgentStream } from '../protocol/agent-client.ts';
import { frameType, initialWindow, writeU32 } from '../protocol/frame.ts';
import { packetPayload, type PacketSender } from './packets.ts';

const grantStep = initialWindow / 4;
const empty = new Uint8Array(0);

/** One stream over the channel, the worker's side. */
export class ChannelStream implements AgentStream {
  readonly id: number;
  readonly output: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => this.#iterator() };
  readonly #sender: PacketSender;
  readonly #gone: () => void;
  /** Received and not yet taken by the reader. */
  readonly #received: Uint8Array[] = [];
  #window = initialWindow;
  #owed = 0;
  #inputEnded = false;
  #outputEnded = false;
  #reset = false;
  #whenReset: (() => void) | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeWriters: (() => void)[] = [];
  /** Writes are carried out one after the other. */
  #writing: Promise<void> = Promise.resolve();

  constructor(id: number, sender: PacketSender, gone: () => void) {
    this.id = id;
    this.#sender = sender;
    this.#gone = gone;
  }

  /** Tells when the stream has been given up, by either side; at once when it has been. */
  onReset(tell: () => void): void {
    if (this.#reset) tell();
    else this.#whenReset = tell;
  }

  // What the guest does.

  received(bytes: Uint8Array): void {
    if (this.#outputEnded) return;
    this.#received.push(bytes);
    this.#wakeReader?.();
  }

  ended(): void {
    this.#outputEnded = true;
    this.#wakeReader?.();
    this.#settle();
  }

  granted(bytes: number): void {
    this.#window += bytes;
    this.#wake();
  }

  closed(): void {
    this.#reset = true;
    this.#outputEnded = true;
    this.#wakeReader?.();
    this.#wake();
    this.#sender.forget(this.id);
    this.#gone();
    this.#whenReset?.();
  }

  // What the worker does.

  write(bytes: Uint8Array): Promise<void> {
    const done = this.#writing.then(() => this.#writeAll(bytes));
    this.#writing = done.catch(() => undefined);
    return done;
  }

  async end(): Promise<void> {
    await this.#writing;
    if (this.#inputEnded || this.#reset) return;
    this.#inputEnded = true;
    this.#sender.ordered(frameType.end, this.id, empty);
    this.#settle();
  }

  reset(): void {
    if (this.#reset) return;
    this.closed();
    this.#sender.urgent(frameType.reset, this.id, empty);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      await this.#room();
      const size = Math.min(bytes.length - at, packetPayload, this.#window);
      this.#window -= size;
      this.#sender.ordered(frameType.data, this.id, bytes.subarray(at, at + size));
      at += size;
    }
  }

  async #room(): Promise<void> {
    for (;;) {
      if (this.#reset) throw new Error('the stream was given up');
      if (this.#inputEnded) throw new Error('the stream was ended');
      if (this.#window > 0) return;
      await new Promise<void>((resolve) => this.#wakeWriters.push(resolve));
    }
  }

  #wake(): void {
    const writers = this.#wakeWriters;
    this.#wakeWriters = [];
    for (const wake of writers) wake();
  }

  /** Both directions have ended in good order. */
  #settle(): void {
    if (this.#inputEnded && this.#outputEnded) this.#gone();
  }

  async *#iterator(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const bytes = this.#received.shift();
        if (bytes) {
          this.#grant(bytes.length);
          yield bytes;
        } else if (this.#outputEnded) return;
        else await this.#more();
      }
    } finally {
      // Whoever stops listening must not stop the guest: the rest is taken and dropped with the stream.
      if (!this.#outputEnded) this.reset();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeReader = () => {
        this.#wakeReader = undefined;
        resolve();
      };
    });
  }

  #grant(bytes: number): void {
    this.#owed += bytes;
    if (this.#owed < grantStep || this.#outputEnded) return;
    const payload = new Uint8Array(4);
    writeU32(payload, 0, this.#owed);
    this.#owed = 0;
    this.#sender.urgent(frameType.window, this.id, payload);
  }
}
