import type { Http2Connection } from '../http2/connection.ts';
import type { Headers2 } from '../http2/hpack.ts';
import type { Http2Stream } from '../http2/stream.ts';
import { framedMessage, readMessages } from './messages.ts';
import { requireSuccess } from './status.ts';

/** A call with any number of messages each way. */
export class GrpcCall {
  readonly #stream: Http2Stream;

  private constructor(stream: Http2Stream) {
    this.#stream = stream;
  }

  static async open(connection: Http2Connection, path: string, metadata: Headers2 = []): Promise<GrpcCall> {
    const stream = await connection.open([
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', path],
      [':authority', 'localhost'],
      ['content-type', 'application/grpc'],
      ['te', 'trailers'],
      ...metadata,
    ]);
    return new GrpcCall(stream);
  }

  send(message: Uint8Array): Promise<void> {
    return this.#stream.write(framedMessage(message));
  }

  /** No more is sent. */
  end(): Promise<void> {
    return this.#stream.end();
  }

  /** The answers, once. Fails with GrpcError when the call does. */
  async *answers(): AsyncGenerator<Uint8Array> {
    yield* readMessages(this.#stream.input());
    const trailers = await this.#stream.trailers;
    requireSuccess(trailers);
  }

  /** May be called in any state. */
  cancel(): void {
    this.#stream.cancel();
  }
}

/** A call with one message each way. */
export async function call(
  connection: Http2Connection,
  path: string,
  message: Uint8Array,
): Promise<Uint8Array> {
  const open = await GrpcCall.open(connection, path);
  try {
    await open.send(message);
    await open.end();
    let answer = new Uint8Array();
    for await (const one of open.answers()) answer = new Uint8Array(one);
    return answer;
  } finally {
    open.cancel();
  }
}
