import type { Headers2 } from './hpack.ts';

/** What a stream asks of its connection. */
export interface StreamOwner {
  sendHeaders(stream: number, fields: Headers2, isLast: boolean): Promise<void>;
  /** Resolves when all of it has been sent, as far as both windows allow. */
  sendData(stream: Http2Stream, bytes: Uint8Array, isLast: boolean): Promise<void>;
  sendReset(stream: Http2Stream, code: number): void;
  /** So much more is welcome. */
  grant(stream: number, bytes: number): void;
}

/** https://www.rfc-editor.org/rfc/rfc9113#section-7 */
export const errorCodes = { none: 0, protocol: 1, flowControl: 3, refused: 7, cancel: 8 } as const;

/** How far the other side may be ahead of who reads here. */
export const streamWindow = 1 << 20;

/** One exchange of an HTTP/2 connection: header fields, bytes and header fields again, in both directions. */
export class Http2Stream {
  readonly id: number;
  /** What the other side has begun with. Rejects when it is given up before. */
  readonly headers: Promise<Headers2>;
  /** What the other side has ended with; nothing when it has ended with bytes. Rejects when it has not. */
  readonly trailers: Promise<Headers2>;
  /** How many bytes the other side still takes. */
  window: number;
  /** This side has ended its direction. */
  isEndedHere = false;
  readonly #owner: StreamOwner;
  readonly #gone = new AbortController();
  readonly #arrived: Uint8Array[] = [];
  /** Of the window, what has come and is not granted again. */
  #taken = 0;
  #read = 0;
  #isEnded = false;
  #wake: () => void = () => undefined;
  #begin!: (fields: Headers2) => void;
  #finish!: (fields: Headers2) => void;
  #hasBegun = false;

  constructor(owner: StreamOwner, id: number, window: number) {
    this.#owner = owner;
    this.id = id;
    this.window = window;
    const gone = new Promise<never>((_, reject) => {
      this.gone.addEventListener('abort', () => reject(this.gone.reason as Error), { once: true });
    });
    this.headers = Promise.race([gone, new Promise<Headers2>((resolve) => (this.#begin = resolve))]);
    this.trailers = Promise.race([gone, new Promise<Headers2>((resolve) => (this.#finish = resolve))]);
    this.headers.catch(() => undefined);
    this.trailers.catch(() => undefined);
  }

  /** Aborted when the stream is given up, by either side. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** The other side has ended its direction. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** The bytes of the other side, once. Throws when the stream is given up. */
  async *input(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const bytes = this.#arrived.shift();
      if (bytes !== undefined) {
        this.#consumed(bytes.length);
        yield bytes;
      } else if (this.#isEnded) return;
      else {
        this.gone.throwIfAborted();
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }

  sendHeaders(fields: Headers2, isLast = false): Promise<void> {
    this.gone.throwIfAborted();
    return this.#owner.sendHeaders(this.id, fields, isLast);
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#owner.sendData(this, bytes, false);
  }

  end(): Promise<void> {
    return this.#owner.sendData(this, new Uint8Array(), true);
  }

  /** Gives the stream up in both directions; may be called in any state. */
  cancel(code: number = errorCodes.cancel): void {
    if (this.gone.aborted || (this.isEnded && this.isEndedHere)) return;
    this.#owner.sendReset(this, code);
    this.abort(new Error('the stream was given up'));
  }

  /** Called with the fields that the other side has sent. */
  takeHeaders(fields: Headers2, isLast: boolean): void {
    if (this.#hasBegun) this.#finish(fields);
    else this.#begin(fields);
    const isWhole = isLast && !this.#hasBegun;
    this.#hasBegun = true;
    // An answer may be nothing but its end.
    if (isWhole) this.#finish(fields);
    if (isLast) this.#end();
  }

  /** @throws Error when it is more than was granted */
  takeData(bytes: Uint8Array, isLast: boolean): void {
    this.#taken += bytes.length;
    if (this.#taken > streamWindow) throw new Error('more than was granted');
    if (bytes.length > 0) this.#arrived.push(bytes);
    if (isLast) {
      this.#finish([]);
      this.#end();
    }
    this.#wake();
  }

  abort(reason: Error): void {
    if (!this.gone.aborted) this.#gone.abort(reason);
    this.#wake();
  }

  #end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  #consumed(bytes: number): void {
    this.#read += bytes;
    if (this.#isEnded || this.#read < streamWindow / 2) return;
    this.#owner.grant(this.id, this.#read);
    this.#taken -= this.#read;
    this.#read = 0;
  }
}
