import type { Connection } from './connection.ts';

/** A connection in memory, and the client's end of it. */
export class MemoryClient {
  readonly connection: Connection;
  readonly #gone = new AbortController();
  readonly #sent: Uint8Array[] = [];
  #received = '';
  #inputEnded = false;
  #outputEnded = false;
  #wakeServer: () => void = () => undefined;
  #wakeClient: () => void = () => undefined;

  constructor() {
    this.connection = {
      input: this.#input(),
      gone: this.#gone.signal,
      write: (bytes) => this.#write(bytes),
      end: () => this.#end(),
      reset: () => this.vanish(),
    };
  }

  /** Everything that has come so far; a byte is a character. */
  get received(): string {
    return this.#received;
  }

  /** Whether the server has ended its direction, or given up. */
  get isOver(): boolean {
    return this.#outputEnded;
  }

  send(data: string | Uint8Array): void {
    this.#sent.push(typeof data === 'string' ? new TextEncoder().encode(data) : data);
    this.#wakeServer();
  }

  /** Ends the client's direction. */
  end(): void {
    this.#inputEnded = true;
    this.#wakeServer();
  }

  /** Goes away in both directions. */
  vanish(): void {
    this.#inputEnded = true;
    this.#outputEnded = true;
    this.#gone.abort(new Error('the client is gone'));
    this.#wakeServer();
    this.#wakeClient();
  }

  /** What has come when it holds this text, or when nothing more comes. */
  async until(wanted: string): Promise<string> {
    while (!this.#received.includes(wanted) && !this.#outputEnded)
      await new Promise<void>((resolve) => (this.#wakeClient = resolve));
    return this.#received;
  }

  /** Everything, when the server has ended its direction. */
  async all(): Promise<string> {
    while (!this.#outputEnded) await new Promise<void>((resolve) => (this.#wakeClient = resolve));
    return this.#received;
  }

  async *#input(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const bytes = this.#sent.shift();
      if (bytes) yield bytes;
      else if (this.#inputEnded) return;
      else await new Promise<void>((resolve) => (this.#wakeServer = resolve));
    }
  }

  #write(bytes: Uint8Array): Promise<void> {
    if (this.#outputEnded) return Promise.reject(new Error('the client is gone'));
    this.#received += String.fromCharCode(...bytes);
    this.#wakeClient();
    return Promise.resolve();
  }

  #end(): Promise<void> {
    this.#outputEnded = true;
    this.#wakeClient();
    return Promise.resolve();
  }
}
