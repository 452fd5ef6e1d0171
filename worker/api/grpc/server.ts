import type { Connection } from '../http/connection.ts';
import { Http2Connection } from '../http2/connection.ts';
import type { Headers2 } from '../http2/hpack.ts';
import type { Http2Stream } from '../http2/stream.ts';
import { errorCodes } from '../http2/stream.ts';
import { framedMessage, readMessages } from './messages.ts';
import { GrpcError, grpcCodes, statusFields } from './status.ts';

/** A call as its handler sees it. */
export interface GrpcRequest {
  readonly metadata: ReadonlyMap<string, string>;
  readonly messages: AsyncIterable<Uint8Array>;
  /** Aborted when the client is gone or wants no answer any more. */
  readonly signal: AbortSignal;
}

/** Gives the answers, one after the other. Fails with GrpcError, or with what is an unknown error to the client. */
export type GrpcHandler = (request: GrpcRequest) => AsyncIterable<Uint8Array>;

/** Handlers by `/package.Service/Method`. */
export type GrpcServices = Readonly<Record<string, GrpcHandler>>;

const answerFields: Headers2 = [
  [':status', '200'],
  ['content-type', 'application/grpc'],
];

/** Answers the calls of a connection until the client ends it. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
export async function serveGrpc(connection: Connection, services: GrpcServices): Promise<void> {
  const http2 = new Http2Connection(connection, (stream) => void answer(stream, services));
  await http2.run();
}

/** A handler of a call with one message each way. */
export function unary(
  handle: (message: Uint8Array, request: GrpcRequest) => Promise<Uint8Array>,
): GrpcHandler {
  return async function* (request) {
    yield await handle(await onlyMessage(request), request);
  };
}

/** The message of a call that has one. */
export async function onlyMessage({ messages }: GrpcRequest): Promise<Uint8Array> {
  for await (const message of messages) return message;
  throw new GrpcError(grpcCodes.internal, 'a call without its message');
}

async function answer(stream: Http2Stream, services: GrpcServices): Promise<void> {
  try {
    const failure = await answered(stream, services);
    await stream.sendHeaders(statusFields(failure), true);
    if (!stream.isEnded) stream.cancel(errorCodes.none);
  } catch {
    // The client has given it up.
  }
}

/** What has gone wrong, if anything. */
async function answered(stream: Http2Stream, services: GrpcServices): Promise<unknown> {
  const metadata = new Map(await stream.headers);
  const path = metadata.get(':path') ?? '';
  await stream.sendHeaders(answerFields);
  try {
    const handler = Object.hasOwn(services, path) ? services[path] : undefined;
    if (handler === undefined) throw new GrpcError(grpcCodes.unimplemented, unknownMethod(path));
    const request = { metadata, messages: readMessages(stream.input()), signal: stream.gone };
    for await (const message of handler(request)) await stream.write(framedMessage(message));
    return undefined;
  } catch (error) {
    stream.gone.throwIfAborted();
    return error;
  }
}

function unknownMethod(path: string): string {
  const [, service = '', method = ''] = path.split('/');
  return `unknown method ${method} for service ${service}`;
}
