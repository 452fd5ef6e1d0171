import { ApiError } from '../../protocol/engine-api.ts';
import { encodeHead, hijack, type Reply } from '../http/reply.ts';
import { Http2Connection } from '../http2/connection.ts';
import type { Call } from '../route.ts';
import { sessionsOf } from './sessions.ts';

/**
 * `POST /session`: the connection becomes one of HTTP/2 in the other direction, on which the client serves what a build may
 * ask it for: credentials, secrets, files. https://github.com/moby/buildkit/blob/v0.25.1/session/manager.go (HandleHTTPRequest)
 */
export function session({ engine, request }: Call): Promise<Reply> {
  const id = request.headers.get('x-docker-expose-session-uuid');
  const protocol = request.headers.get('upgrade');
  const sessions = sessionsOf(engine);
  if (protocol === '') throw new ApiError(400, 'no upgrade proto in request');
  if (protocol !== 'h2c') throw new ApiError(400, `protocol ${protocol} not supported`);
  sessions.claim(id);
  const methods = request.headers.all('x-docker-expose-session-grpc-method');
  const sharedKey = request.headers.get('x-docker-expose-session-sharedkey');
  return Promise.resolve(
    hijack((connection) =>
      sessions.hold(id, async () => {
        await connection.write(encodeHead(101, upgradedToHttp2));
        const http2 = new Http2Connection(connection);
        return { connection: http2, sharedKey, methods: new Set(methods.map((one) => one.toLowerCase())) };
      }),
    ),
  );
}

/** The fields of the answer after which a connection speaks HTTP/2. */
export const upgradedToHttp2 = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'h2c'],
] as const;
