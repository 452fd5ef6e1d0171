import { type Body, bodyOf } from './body.ts';
import { ByteReader } from './byte-reader.ts';
import type { Connection } from './connection.ts';
import { BadRequest, Disconnected } from './errors.ts';
import { readHead, type RequestHead } from './head.ts';
import { type Answer, encodeHead, type FieldList, type Reply } from './reply.ts';
import { concat } from '../../oci/bytes.ts';

/** A request as a handler gets it. */
export interface HttpRequest extends RequestHead {
  readonly body: Body;
  /**
   * Aborted when the client is gone before the answer is. As in Go, a client that ends its side while it waits for an
   * answer counts as gone.
   */
  readonly signal: AbortSignal;
}

/** Never rejects: what goes wrong is an answer, too. */
export type HttpHandler = (request: HttpRequest) => Promise<Reply>;

/** Unread bytes of a body that are read and dropped to keep the connection: Go's number. */
const maxDropped = 256 << 10;
/** Milliseconds for a client to end its side after the last answer. */
const lingering = 500;

const encoder = new TextEncoder();
const continuing = encoder.encode('HTTP/1.1 100 Continue\r\n\r\n');

/** Serves the requests of one connection, one after the other, until it ends. Never rejects. */
export async function serveConnection(connection: Connection, handle: HttpHandler): Promise<void> {
  const reader = new ByteReader(connection.input);
  try {
    for (let more = true; more;) {
      const head = await readHead(reader);
      if (head === undefined) break;
      more = await new Exchange(connection, reader, head).run(handle);
    }
  } catch (error) {
    if (error instanceof BadRequest) await refuse(connection, error).catch(() => undefined);
  }
  await finish(connection, reader);
}

/** One request and its answer. */
class Exchange {
  readonly #connection: Connection;
  readonly #reader: ByteReader;
  readonly #head: RequestHead;
  readonly #body: Body;
  readonly #aborted = new AbortController();
  #answered = false;
  #askedToContinue = false;

  constructor(connection: Connection, reader: ByteReader, head: RequestHead) {
    this.#connection = connection;
    this.#reader = reader;
    this.#head = head;
    this.#body = bodyOf(
      head,
      reader,
      () => this.#continue(),
      () => this.#watch(),
    );
  }

  /** @returns whether another request may follow */
  async run(handle: HttpHandler): Promise<boolean> {
    const abort = () => this.#aborted.abort(new Disconnected());
    this.#connection.gone.addEventListener('abort', abort);
    try {
      const reply = await this.#reply(handle);
      return await ('hijack' in reply ? this.#handOver(reply.hijack) : this.#send(reply));
    } finally {
      this.#answered = true;
      this.#connection.gone.removeEventListener('abort', abort);
    }
  }

  async #reply(handle: HttpHandler): Promise<Reply> {
    const expected = this.#head.headers.get('expect');
    if (expected !== '' && !this.#expectsContinue()) return { status: 417, headers: [] };
    return handle({ ...this.#head, body: this.#body, signal: this.#aborted.signal });
  }

  /** Notices, once the request is read, that the client goes away. */
  #watch(): void {
    if (this.#reader.buffered === 0) void this.#watchEnd();
  }

  async #watchEnd(): Promise<void> {
    const more = await this.#reader.fill();
    if (!more && !this.#answered) this.#aborted.abort(new Disconnected());
  }

  async #continue(): Promise<void> {
    if (!this.#expectsContinue()) return;
    this.#askedToContinue = true;
    await this.#connection.write(continuing);
  }

  #expectsContinue(): boolean {
    return this.#head.minor > 0 && this.#head.headers.get('expect').toLowerCase() === '100-continue';
  }

  async #handOver(hijack: (connection: Connection) => Promise<void>): Promise<boolean> {
    const { gone } = this.#connection;
    await hijack({
      input: this.#rest(),
      gone,
      write: (bytes) => this.#connection.write(bytes),
      end: () => this.#connection.end(),
      reset: () => this.#connection.reset(),
    });
    return false;
  }

  /** Clients send options as a body that nobody has asked for; in chunks it is what they have to say. */
  async *#rest(): AsyncGenerator<Uint8Array> {
    const { length, bytes } = this.#body;
    for await (const part of bytes) if (length < 0) yield part;
    yield* this.#reader.rest();
  }

  async #send(answer: Answer): Promise<boolean> {
    const { body } = answer;
    const isStream = body !== undefined && !(body instanceof Uint8Array);
    const isChunked = isStream && this.#head.minor > 0;
    // A handler may read the body while it answers.
    const isReading = isStream && this.#body.taken;
    const keep = this.#mayKeep() && (isChunked || !isStream) && (isReading || (await this.#dropRest()));
    const head = encodeHead(answer.status, this.#fields(answer, isChunked, keep), this.#head.minor);
    if (this.#head.method === 'HEAD' || body === undefined) await this.#connection.write(head);
    else if (body instanceof Uint8Array) await this.#connection.write(concat([head, body]));
    else await this.#stream(head, body, isChunked);
    return keep && (!isReading || (await this.#dropRest()));
  }

  #fields({ status, headers, body }: Answer, isChunked: boolean, keep: boolean): FieldList {
    const fields: (readonly [string, string])[] = [...headers, ['Date', new Date().toUTCString()]];
    if (isChunked) fields.push(['Transfer-Encoding', 'chunked']);
    else if (mayHaveBody(status) && (body === undefined || body instanceof Uint8Array)) {
      if (!headers.some(([name]) => name === 'Content-Length'))
        fields.push(['Content-Length', String(body?.length ?? 0)]);
    }
    if (keep !== this.#head.minor > 0) fields.push(['Connection', keep ? 'keep-alive' : 'close']);
    return fields;
  }

  async #stream(head: Uint8Array, body: AsyncIterable<Uint8Array>, isChunked: boolean): Promise<void> {
    await this.#connection.write(head);
    const items = until(this.#aborted.signal, body);
    for await (const bytes of items) {
      if (bytes.length > 0) await this.#connection.write(isChunked ? chunk(bytes) : bytes);
    }
    if (isChunked) await this.#connection.write(encoder.encode('0\r\n\r\n'));
  }

  #mayKeep(): boolean {
    const { headers, minor } = this.#head;
    if (headers.hasToken('connection', 'close')) return false;
    if (headers.has('expect') && !this.#expectsContinue()) return false;
    return minor > 0 || headers.hasToken('connection', 'keep-alive');
  }

  /** The body's unread rest lies before the next request. A client that waits to be asked for it is not asked. */
  async #dropRest(): Promise<boolean> {
    if (this.#body.done) return true;
    if (this.#expectsContinue() && !this.#askedToContinue) return false;
    if (this.#body.length > maxDropped) return false;
    try {
      let left = maxDropped;
      for await (const bytes of this.#body.bytes) if ((left -= bytes.length) < 0) return false;
      return this.#body.done;
    } catch {
      return false;
    }
  }
}

/** The items until the signal is aborted, which is thrown, also while one is awaited; the source is returned early then. */
export async function* until<T>(signal: AbortSignal, source: AsyncIterable<T>): AsyncGenerator<T> {
  const items = source[Symbol.asyncIterator]();
  let abort!: () => void;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(new Disconnected());
    signal.addEventListener('abort', abort);
  });
  aborted.catch(() => undefined);
  let isOver = false;
  try {
    for (;;) {
      if (signal.aborted) throw new Disconnected();
      const item = await Promise.race([items.next(), aborted]);
      if (item.done) isOver = true;
      if (item.done) return;
      yield item.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not awaited: a source that waits for its next item may finish much later.
    if (!isOver) items.return?.().catch(() => undefined);
  }
}

async function refuse(connection: Connection, { statusLine, text }: BadRequest): Promise<void> {
  const head = `HTTP/1.1 ${statusLine}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n`;
  await connection.write(encoder.encode(head + text));
}

/** Ends the connection so that the client can still read what was written: it must not meet a reset. */
async function finish(connection: Connection, reader: ByteReader): Promise<void> {
  const timer = setTimeout(() => connection.reset(), lingering);
  try {
    await connection.end();
    while ((await reader.some()) !== undefined);
  } catch {
    // The client is gone.
  }
  clearTimeout(timer);
  connection.reset();
}

function mayHaveBody(status: number): boolean {
  return status !== 204 && status !== 304;
}

function chunk(bytes: Uint8Array): Uint8Array {
  const size = encoder.encode(`${bytes.length.toString(16)}\r\n`);
  return concat([size, bytes, crlf]);
}

const crlf = new Uint8Array([13, 10]);
